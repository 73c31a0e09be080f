package io.github.systemd4j.activation;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ListenEnvironmentTest {

    private static final long SELF = ProcessHandle.current().pid();

    private static ListenEnvironment parse(ListenPolicy policy, String... namesAndValues) {
        Map<String, String> environment = new HashMap<>();
        for (int i = 0; i < namesAndValues.length; i += 2) {
            environment.put(namesAndValues[i], namesAndValues[i + 1]);
        }
        return ListenEnvironment.parse(environment, SELF, policy);
    }

    private static ListenEnvironment strict(String... namesAndValues) {
        return parse(ListenPolicy.STRICT, namesAndValues);
    }

    private static String self() {
        return Long.toString(SELF);
    }

    @Test
    void nothingIsSet() {
        ListenEnvironment listen = strict();

        assertThat(listen.status()).isEqualTo(Activation.Status.NOT_ACTIVATED);
        assertThat(listen.reason())
                .isEqualTo("LISTEN_PID and LISTEN_FDS are not set: this process was not started by a socket unit");
        assertThat(listen.names()).isEmpty();
    }

    @Test
    void withoutNamesEachIsUnknown() {
        ListenEnvironment listen = strict("LISTEN_PID", self(), "LISTEN_FDS", "2");

        assertThat(listen.status()).isEqualTo(Activation.Status.PASSED);
        assertThat(listen.names()).containsExactly("unknown", "unknown");
    }

    @ParameterizedTest
    @CsvSource({"1,web", "2,web:web", "3,web::admin", "2,a:", "2,:a", "1,''"})
    void names(int count, String names) {
        ListenEnvironment listen = strict("LISTEN_PID", self(), "LISTEN_FDS", "" + count, "LISTEN_FDNAMES", names);

        assertThat(listen.names()).containsExactly(names.split(":", -1)).hasSize(count);
    }

    @ParameterizedTest
    @CsvSource({"1,a:b", "2,a", "3,a:b", "2,''"})
    void asManyNamesAsDescriptors(int count, String names) {
        ListenEnvironment listen = strict("LISTEN_PID", self(), "LISTEN_FDS", "" + count, "LISTEN_FDNAMES", names);

        assertThat(listen.status()).isEqualTo(Activation.Status.REFUSED);
        assertThat(listen.reason())
                .startsWith("LISTEN_FDNAMES=\"" + names + "\" has ")
                .endsWith("names for LISTEN_FDS=" + count);
        assertThat(listen.names()).isEmpty();
    }

    @Test
    void aNameTooManyOrTooFew() {
        assertThat(strict("LISTEN_FDS", "1").reason()).contains("LISTEN_PID is not");
        assertThat(strict("LISTEN_PID", self()).reason())
                .contains("LISTEN_FDS is not")
                .contains("crun");
        assertThat(strict("LISTEN_FDS", "1").status()).isEqualTo(Activation.Status.REFUSED);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "0", "-1", "+7", " 7", "7 ", "seven", "0x10", "99999999999999999999", "٣"})
    void noProcessId(String pid) {
        ListenEnvironment listen = strict("LISTEN_PID", pid, "LISTEN_FDS", "1");

        assertThat(listen.status()).isEqualTo(Activation.Status.REFUSED);
        assertThat(listen.reason()).isEqualTo("LISTEN_PID=\"" + pid + "\" is no process id");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "-1", "+1", " 1", "one", "2147483645", "99999999999999999999"})
    void noCount(String fds) {
        ListenEnvironment listen = strict("LISTEN_PID", self(), "LISTEN_FDS", fds);

        assertThat(listen.status()).isEqualTo(Activation.Status.REFUSED);
        assertThat(listen.reason()).isEqualTo("LISTEN_FDS=\"" + fds + "\" is no number of descriptors");
    }

    @Test
    void noneWerePassed() {
        ListenEnvironment listen = strict("LISTEN_PID", self(), "LISTEN_FDS", "0");

        assertThat(listen.status()).isEqualTo(Activation.Status.NOT_ACTIVATED);
        assertThat(listen.reason()).isEqualTo("LISTEN_FDS=0: no descriptor was passed");
    }

    @Test
    void aShellThatDidNotExec() {
        ProcessHandle parent = ProcessHandle.current().parent().orElseThrow();

        ListenEnvironment listen = strict("LISTEN_PID", "" + parent.pid(), "LISTEN_FDS", "1");

        assertThat(listen.status()).isEqualTo(Activation.Status.REFUSED);
        assertThat(listen.reason())
                .startsWith(
                        "LISTEN_PID=" + parent.pid() + " is not this process, which is " + SELF + ", but its parent ")
                .contains(": start java with exec");
    }

    @Test
    void leftOverOfAnotherProcess() {
        ListenEnvironment listen = strict("LISTEN_PID", "99999999", "LISTEN_FDS", "1");

        assertThat(listen.reason())
                .isEqualTo("LISTEN_PID=99999999 is not this process, which is " + SELF
                        + ": the variables were meant for another process, and are left over in the environment");
    }

    @Test
    void inAContainerTheFirstProcessWillDo() {
        String[] variables = {"LISTEN_PID", "1", "LISTEN_FDS", "1"};

        assertThat(strict(variables).status()).isEqualTo(Activation.Status.REFUSED);
        assertThat(parse(ListenPolicy.CONTAINER, variables).names()).containsExactly("unknown");
        assertThat(parse(ListenPolicy.CONTAINER, "LISTEN_PID", "99999999", "LISTEN_FDS", "1")
                        .status())
                .isEqualTo(Activation.Status.REFUSED);
        assertThat(parse(ListenPolicy.CONTAINER, "LISTEN_PID", self(), "LISTEN_FDS", "1")
                        .status())
                .isEqualTo(Activation.Status.PASSED);
    }

    /** All of LISTEN_FDS=2000000000 are looked for, but the first that is missing ends it. */
    @Test
    void moreThanThereCanBe() {
        ListenEnvironment listen =
                new ListenEnvironment(Activation.Status.PASSED, "", Collections.nCopies(2_000_000_000, "unknown"));

        ListenEnvironment checked = InheritedCheck.check(listen);

        assertThat(checked.status()).isEqualTo(Activation.Status.REFUSED);
        assertThat(checked.reason()).startsWith("LISTEN_FDS=2000000000, but descriptor ");
    }

    @Test
    void somebodyTookThemBefore() {
        ListenEnvironment listen = new ListenEnvironment(Activation.Status.PASSED, "", List.of("web"));

        assertThat(InheritedCheck.taken(listen, "3-3").reason()).startsWith("descriptors 3-3 were taken before");
    }

    @Test
    void anOlderProcessOfThisPid() {
        ListenEnvironment listen = new ListenEnvironment(Activation.Status.PASSED, "", List.of("web"));

        assertThat(InheritedCheck.check(listen, "4711", 4711)).isSameAs(listen);
        assertThat(InheritedCheck.check(listen, "4711", -1)).isSameAs(listen); // it cannot be found out here
        assertThat(InheritedCheck.check(listen, "4711", 4712).reason())
                .isEqualTo("LISTEN_PID is this process's, but LISTEN_PIDFDID=4711 is not, which would be 4712: it was"
                        + " meant for one that had this pid before");
    }
}
