package io.github.systemd4j.samples.supervisor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.net.InetSocketAddress;
import java.net.UnixDomainSocketAddress;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class OptionsTest {

    @Test
    void onlyTheCommandMustBeGiven() throws UsageException {
        assertThat(Options.parse(List.of("--", "true")))
                .isEqualTo(new Options(
                        null,
                        Duration.ofSeconds(90),
                        Duration.ofSeconds(10),
                        0,
                        List.of(),
                        null,
                        Options.Access.MAIN,
                        null,
                        false,
                        Map.of(),
                        List.of("true")));
    }

    @Test
    void everythingMayBeGiven() throws UsageException {
        String line = "--watchdog 0.5 --start-timeout 3 --stop-timeout 1.25 --restarts 7 --socket /run/x --access all"
                + " --journal web --show-records --limit TasksMax=7 --limit MemoryMax=1000"
                + " --listen http=[::1]:8080 --listen 0 --listen /run/a=b"
                + " -- java -- --help";
        assertThat(Options.parse(List.of(line.split(" ", -1))))
                .isEqualTo(new Options(
                        Duration.ofMillis(500),
                        Duration.ofSeconds(3),
                        Duration.ofMillis(1250),
                        7,
                        List.of(
                                new ListenAddress("http", new InetSocketAddress("::1", 8080)),
                                new ListenAddress("unknown", new InetSocketAddress("127.0.0.1", 0)),
                                new ListenAddress("unknown", UnixDomainSocketAddress.of("/run/a=b"))),
                        "/run/x",
                        Options.Access.ALL,
                        "web",
                        true,
                        Map.of("MemoryMax", 1000L, "TasksMax", 7L),
                        List.of("java", "--", "--help")));
    }

    @Test
    void helpNeedsNoCommand() throws UsageException {
        assertThat(Options.parse(List.of("--restarts", "1", "--help")).command())
                .isEmpty();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "--watchdog 1                  | the command is missing: -- COMMAND [ARG...] stands at the end",
                "--                            | the command is missing: -- COMMAND [ARG...] stands at the end",
                "true                          | \"true\": the command must stand behind --",
                "--watchdogs 1 -- true         | there is no option \"--watchdogs\"; --help lists them all",
                "--watchdog -- true            | --watchdog needs a value",
                "--watchdog 0 -- true          | --watchdog 0: must be seconds, from 0.000001 to 1000000",
                "--watchdog 0.0000001 -- true  | --watchdog 0.0000001: must be seconds, from 0.000001 to 1000000",
                "--watchdog 1e99999999 -- true | --watchdog 1e99999999: must be seconds, from 0.000001 to 1000000",
                "--stop-timeout 5s -- true     | --stop-timeout 5s: must be seconds, from 0.000001 to 1000000",
                "--restarts -1 -- true         | --restarts -1: must be a number from 0 to 1000000",
                "--socket x -- true            | --socket x: must be an absolute path, or @ and a name",
                "--access none -- true         | --access none: must be main or all",
                "--show-records -- true        | --show-records needs --journal IDENTIFIER",
                "--limit TasksMax -- true      | --limit TasksMax: must be the name of a property, = and a number",
                "--limit =7 -- true            | --limit =7: must be the name of a property, = and a number",
                "--listen http -- true         | --listen http: must be [HOST:]PORT or an absolute path",
                "--listen 65536 -- true        | --listen 65536: must be [HOST:]PORT or an absolute path",
                "--listen a=:80 -- true        | --listen :80: must be [HOST:]PORT or an absolute path",
                "--listen =80 -- true          | --listen =80: the name must be printable ASCII without a colon",
                "--listen a:b=80 -- true       | --listen a:b=80: the name must be printable ASCII without a colon",
                "--listen 256.0.0.1:80 -- true | --listen 256.0.0.1:80: there is no such address",
            })
    void aWrongLineIsAnsweredWithASentence(String line, String sentence) {
        assertThatExceptionOfType(UsageException.class)
                .isThrownBy(() -> Options.parse(List.of(line.split(" ", -1))))
                .withMessage(sentence);
    }
}
