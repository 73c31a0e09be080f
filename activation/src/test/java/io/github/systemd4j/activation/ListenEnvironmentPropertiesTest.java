package io.github.systemd4j.activation;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import java.util.TreeMap;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;

class ListenEnvironmentPropertiesTest {

    /** Whatever is in the variables: an answer with a reason, and either as many names as descriptors or none. */
    @Property(tries = 3000)
    void anAnswerToEverything(@ForAll("environments") Map<String, String> environment, @ForAll ListenPolicy policy) {
        ListenEnvironment listen = ListenEnvironment.parse(environment, 4711, policy);

        assertThat(listen.reason()).isNotEmpty().hasSizeLessThan(400).doesNotContain("\n");
        if (listen.status() == Activation.Status.PASSED) {
            assertThat(listen.names()).hasSize(Integer.parseInt(environment.get("LISTEN_FDS")));
            assertThat(environment.get("LISTEN_PID"))
                    .isIn(policy == ListenPolicy.STRICT ? new Object[] {"4711"} : new Object[] {"4711", "1"});
        } else {
            assertThat(listen.names()).isEmpty();
        }
    }

    @Provide
    Arbitrary<Map<String, String>> environments() {
        Arbitrary<String> odd = Arbitraries.strings().ofMaxLength(100);
        Arbitrary<String> small = Arbitraries.integers().between(-1, 5).map(String::valueOf);
        Arbitrary<String> pids = Arbitraries.oneOf(Arbitraries.of("4711", "1", "4712", ""), small, odd);
        Arbitrary<String> names =
                Arbitraries.oneOf(Arbitraries.strings().withChars("ab:").ofMaxLength(6), odd);
        Arbitrary<Map<String, String>> some = pids.flatMap(pid -> Arbitraries.oneOf(small, odd)
                .flatMap(fds -> names.map(name -> {
                    Map<String, String> map = new TreeMap<>();
                    map.put("LISTEN_PID", pid);
                    map.put("LISTEN_FDS", fds);
                    map.put("LISTEN_FDNAMES", name);
                    return map;
                })));
        return some.flatMap(all -> Arbitraries.subsetOf(all.keySet()).map(kept -> {
            Map<String, String> map = new TreeMap<>(all);
            map.keySet().retainAll(kept);
            return map;
        }));
    }
}
