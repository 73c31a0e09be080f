package io.github.systemd4j.samples.ociregistermachine;

import static io.github.systemd4j.samples.ociregistermachine.Podman.run;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The script that makes the hook start sooner. */
@Timeout(120)
class AotCacheBoxIT {

    private static final String JAVA = System.getProperty("java.home") + "/bin/java";
    private static final int FIRST_JDK = 25;

    @Test
    void theHookIsLoadedFromTheCacheThatTheScriptMakes() throws Exception {
        Path directory = Files.createTempDirectory("aot");
        Path jar = Files.copy(Path.of("target", "oci-register-machine.jar"), directory.resolve("hook.jar"));

        List<String> said = run("./aot-cache", jar.toString(), JAVA);

        Path cache = directory.resolve("hook.aot");
        if (Runtime.version().feature() < FIRST_JDK) {
            assertThat(said).singleElement().asString().contains("the cache needs 25 or newer");
            assertThat(cache).doesNotExist();
        } else {
            assertThat(said).last().isEqualTo(cache.toString());
            assertThat(loaded(jar, cache)).contains("OciRegisterMachine source: shared objects file");
        }
        assertThat(run("machinectl", "list", "--no-legend")).isEmpty();
        assertThat(run("systemctl", "is-active", "oci-register-machine-training"))
                .containsExactly("inactive");
    }

    /** With the options of the hook's JSON. */
    private static String loaded(Path jar, Path cache) throws Exception {
        Process hook = new ProcessBuilder(
                        JAVA,
                        "-XX:+IgnoreUnrecognizedVMOptions",
                        "-XX:AOTCache=" + cache,
                        "-XX:TieredStopAtLevel=1",
                        "-XX:+UseSerialGC",
                        "-Xlog:class+load",
                        "-jar",
                        jar.toString())
                .redirectErrorStream(true)
                .start();
        hook.getOutputStream().write("{\"id\":\"none\",\"status\":\"stopped\",\"bundle\":\"/\"}".getBytes(UTF_8));
        hook.getOutputStream().close();
        String log = new String(hook.getInputStream().readAllBytes(), UTF_8);
        assertThat(hook.waitFor()).as(log).isZero();
        return log;
    }
}
