package io.github.systemd4j.journal;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ContainerFieldsTest {

    private static final String ID = "0123456789ab" + "cdef".repeat(13);

    @Test
    void theFieldsOfTheDrivers() {
        ContainerFields fields = ContainerFields.of(Map.of(
                "CONTAINER_ID_FULL", ID,
                "CONTAINER_ID", "ffffffffffff",
                "CONTAINER_NAME", "/web",
                "CONTAINER_TAG", "web/1.2 größer",
                "IMAGE_NAME", "docker.io/library/web:1.2",
                "PATH", "/bin"));

        assertThat(new String(JournalRecord.create().container(fields).bytes(), UTF_8))
                .isEqualTo("CONTAINER_ID=0123456789ab\nCONTAINER_ID_FULL=" + ID
                        + "\nCONTAINER_NAME=web\nCONTAINER_TAG=web/1.2 größer\nIMAGE_NAME=docker.io/library/web:1.2\n");
        assertThat(fields)
                .isEqualTo(ContainerFields.none()
                        .withImage("docker.io/library/web:1.2")
                        .withTag("web/1.2 größer")
                        .withName("web")
                        .withId(ID))
                .hasSameHashCodeAs(ContainerFields.none()
                        .withId(ID)
                        .withName("web")
                        .withTag("web/1.2 größer")
                        .withImage("docker.io/library/web:1.2"))
                .hasToString("{CONTAINER_ID=0123456789ab, CONTAINER_ID_FULL=" + ID
                        + ", CONTAINER_NAME=web, CONTAINER_TAG=web/1.2 größer, IMAGE_NAME=docker.io/library/web:1.2}");
    }

    @Test
    void aShortIdIsNoFullOneAndAFullOneGivesTheShort() {
        ContainerFields shortOne = ContainerFields.of(Map.of("CONTAINER_ID", "0123456789ab"));

        assertThat(shortOne.asMap()).containsExactly(Map.entry(FieldName.of("CONTAINER_ID"), "0123456789ab"));
        assertThat(ContainerFields.of(Map.of("CONTAINER_ID", ID)))
                .isEqualTo(shortOne.withId(ID))
                .isEqualTo(ContainerFields.of(Map.of("CONTAINER_ID_FULL", ID)));
        assertThat(shortOne.withId(ID).withId("ffffffffffff").asMap())
                .containsExactly(Map.entry(FieldName.of("CONTAINER_ID"), "ffffffffffff"));
    }

    @Test
    void whatHasNotTheFormIsLeftOut() {
        assertThat(ContainerFields.of(Map.of(
                                "CONTAINER_ID_FULL", "0123456789ab",
                                "CONTAINER_ID", ID.toUpperCase(java.util.Locale.ROOT),
                                "CONTAINER_NAME", "",
                                "CONTAINER_TAG", "a\nPRIORITY=0",
                                "IMAGE_NAME", "x".repeat(1025)))
                        .asMap())
                .containsExactly(Map.entry(FieldName.of("CONTAINER_ID"), "0123456789ab"));
        assertThat(ContainerFields.of(Map.of())).isEqualTo(ContainerFields.none());
        assertThat(ContainerFields.fromEnvironment()).isEqualTo(ContainerFields.of(System.getenv()));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "0123456789a", "0123456789AB", "0123456789ag", "0123456789ab0"})
    void wrongIds(String id) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> ContainerFields.none().withId(id))
                .withMessageStartingWith("id: ");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "/", "a\nb", "\0"})
    void wrongTexts(String text) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> ContainerFields.none().withName(text))
                .withMessageStartingWith("name: ");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> ContainerFields.none().withTag(text))
                .withMessageStartingWith("tag: ");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> ContainerFields.none().withImage(text))
                .withMessageStartingWith("image: ");
    }
}
