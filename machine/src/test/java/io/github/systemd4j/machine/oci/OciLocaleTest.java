package io.github.systemd4j.machine.oci;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A hook gets no environment, so its JVM is in the C locale, and cannot have an umlaut in a path. */
@Timeout(120)
class OciLocaleTest {

    /** What such a hook does. */
    static final class Hook {

        private Hook() {}

        public static void main(String[] arguments) throws OciException {
            String text = "{\"mounts\":[{\"destination\":\"/srv//./b/../\u00fc\",\"source\":\"/\u00e4\"},"
                    + "{\"destination\":\"c/\"}]}";
            OciConfig config = OciConfig.parse(text.getBytes(UTF_8));
            config.putMount(OciMount.tmpfs("/srv"));
            config.mounts().forEach(mount -> System.out.println(ascii(mount.destination())));
        }

        private static String ascii(String text) {
            return text.replace("\u00fc", "UE");
        }
    }

    @Test
    void mountsMayBeCalledAnything() throws Exception {
        ProcessBuilder builder = new ProcessBuilder(List.of(
                        System.getProperty("java.home") + "/bin/java",
                        "-cp",
                        System.getProperty("java.class.path"),
                        Hook.class.getName()))
                .redirectErrorStream(true);
        builder.environment().clear();
        Process hook = builder.start();
        String said = new String(hook.getInputStream().readAllBytes(), UTF_8);
        assertThat(hook.waitFor(60, TimeUnit.SECONDS)).isTrue();
        assertThat(said.lines()).containsExactly("/srv", "/srv/UE", "/c");
    }

    @Test
    void theShortestWay() {
        for (String text : List.of("/a/b", "a/b", "/a//b/", "/a/./b", "/a/c/../b", "/../a/b", "/a/b/c/..")) {
            assertThat(OciConfig.normalized(text)).as(text).isEqualTo("/a/b");
        }
        assertThat(OciConfig.normalized("/..")).isEqualTo("/");
    }
}
