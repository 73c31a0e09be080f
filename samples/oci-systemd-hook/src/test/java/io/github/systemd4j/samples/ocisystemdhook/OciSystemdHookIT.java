package io.github.systemd4j.samples.ocisystemdhook;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** The jar, as podman starts it: without any environment, and with the options of the JSON. */
class OciSystemdHookIT {

    @Test
    void whatIsNoInitComesOutAsItWentIn() throws Exception {
        String config = "{ \"process\": {\"args\": [\"/bin/gr\u00fc\u00dfe\"]},\n\"big\": 1e400 }\n";
        assertThat(run(0, config)).isEqualTo(config);
        assertThat(run(0, "{", "--fail-open")).startsWith("{").contains("it is no JSON object");
        assertThat(run(1, "{")).startsWith("oci-systemd-hook: ");
        assertThat(run(64, "", "--no")).startsWith("oci-systemd-hook: there is no option \"--no\"");
    }

    private static String run(int status, String input, String... arguments) throws Exception {
        List<String> command = new ArrayList<>();
        String hook = Files.readString(Path.of("hooks.d/oci-systemd-hook.json"));
        String args = hook.substring(hook.indexOf('[') + 1, hook.indexOf(']'));
        for (String argument : args.split(",", -1)) {
            command.add(argument.strip().replace("\"", ""));
        }
        command.set(0, Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.set(command.size() - 2, System.getProperty("systemd4j.jar"));
        command.addAll(List.of(arguments));
        ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
        builder.environment().clear();
        Process process = builder.start();
        process.getOutputStream().write(input.getBytes(UTF_8));
        process.getOutputStream().close();
        String output = new String(process.getInputStream().readAllBytes(), UTF_8);
        assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
        assertThat(process.exitValue()).as(output).isEqualTo(status);
        return output;
    }
}
