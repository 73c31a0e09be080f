package io.github.systemd4j.machine.oci;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class OciStateTest {

    private static final String ID = "cc8d10c7b9892b75b5ec3ae7d4e1aa4d1ad3e7d5f93ec3a1b6a4d5fd1b7a8c90";

    private static OciState read(String text) throws IOException {
        return OciState.read(new ByteArrayInputStream(text.getBytes(UTF_8)));
    }

    @Test
    void asRuncSaysItAtTheBeginningAndAtTheEnd() throws IOException {
        OciState created = read("{\"ociVersion\":\"1.0.2-dev\",\"id\":\"" + ID
                + "\",\"status\":\"creating\",\"pid\":4711,\"bundle\":\"/run/bundle\"}");
        assertThat(created.id()).isEqualTo(ID);
        assertThat(created.pid()).hasValue(4711);
        assertThat(created.bundle()).isEqualTo(Path.of("/run/bundle"));
        assertThat(created.root()).isEmpty();
        assertThat(created.annotations()).isEmpty();
        assertThat(created.isStopped()).isFalse();

        OciState stopped = read("{\"ociVersion\":\"1.0.2-dev\",\"id\":\"" + ID
                + "\",\"status\":\"stopped\",\"bundle\":\"/run/bundle\"}");
        assertThat(stopped.pid()).isEmpty();
        assertThat(stopped.isStopped()).isTrue();
    }

    @Test
    void asCrunSaysItAtTheBeginningAndAtTheEnd() throws IOException {
        OciState created = read("{\"ociVersion\":\"1.0\",\"id\":\"web\",\"pid\":4711,\"root\":\"/srv/web\","
                + "\"bundle\":\"/run/bundle\",\"status\":\"created\",\"annotations\":{\"a\":\"1\",\"none\":null}}");
        assertThat(created.root()).contains(Path.of("/srv/web"));
        assertThat(created.annotations()).isEqualTo(Map.of("a", "1"));
        assertThat(created.isStopped()).isFalse();

        OciState stopped = read("{\"ociVersion\":\"1.0\",\"id\":\"web\",\"pid\":0,\"root\":\"\","
                + "\"bundle\":\"/run/bundle\",\"status\":\"stopped\"}");
        assertThat(stopped.pid()).isEmpty();
        assertThat(stopped.root()).isEmpty();
        assertThat(stopped.isStopped()).isTrue();
    }

    @Test
    void asDockerSaidItBeforeTheSpecificationWasFinished() throws IOException {
        OciState created = read("{\"version\":\"1.0.0-rc1\",\"id\":\"web\",\"pid\":4711,\"root\":\"/srv\","
                + "\"bundlePath\":\"/run/bundle\"}");
        assertThat(created.bundle()).isEqualTo(Path.of("/run/bundle"));
        assertThat(created.isStopped()).isFalse();
        assertThat(read("{\"id\":\"web\",\"pid\":0,\"bundlePath\":\"/b\"}").isStopped())
                .isTrue();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "``|there is none; a runtime writes it to the standard input of its hooks",
                "no|it is no JSON object: ",
                "[]|it is no JSON object: ",
                "{\"id\":\"a\"}|it has no bundle",
                "{\"bundle\":\"/b\"}|it has no id",
                "{\"id\":\"\",\"bundle\":\"/b\"}|it has no id",
                "{\"id\":7,\"bundle\":\"/b\"}|parse(/id): it must be a string",
                "{\"id\":\"a\",\"bundle\":\"/b\",\"pid\":-1}|parse(/pid): it must be a number",
                "{\"id\":\"a\",\"bundle\":\"/b\",\"pid\":\"1\"}|parse(/pid): it must be a number",
                "{\"id\":\"a\",\"bundle\":\"/b\",\"pid\":1e400}|parse(/pid): it must be a number",
                "{\"id\":\"a\",\"bundle\":\"/\\u0000\"}|parse(/bundle): it must be a path",
                "{\"id\":\"a\",\"bundle\":\"/b\",\"annotations\":{\"x\":1}}|parse(/annotations/x): it must be a string",
                "{\"id\":\"a\",\"bundle\":\"/b\",\"annotations\":[]}|parse(/annotations): it must be an object",
            })
    void whatIsNoState(String text, String message) {
        assertThatThrownBy(() -> read(text)).isInstanceOf(OciException.class).hasMessageContaining(message);
    }

    @Test
    void bytesThatAreNoText() {
        assertThatThrownBy(() -> OciState.parse(new byte[] {'{', '"', (byte) 0xff, '"', '}'}))
                .isInstanceOf(OciException.class)
                .hasMessageContaining("it is not in UTF-8");
    }

    /** The parser calls itself; nothing that comes in may have it run out of stack. */
    @Test
    void aTextThatIsNestedToDeath() {
        String deep = "{\"a\":" + "[".repeat(200_000) + "]".repeat(200_000) + "}";
        assertThatThrownBy(() -> read(deep))
                .isInstanceOf(OciException.class)
                .hasMessageContaining("nested deeper than 256 levels");
        assertThatThrownBy(() -> read("{\"a\":\"" + "[\\\"".repeat(200_000) + "\"}"))
                .hasMessageContaining("it has no id"); // brackets in a string are no levels
    }
}
