package io.github.systemd4j.journal.internal;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class IdentifierTest {

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            nullValues = "none",
            value = {
                "0::/system.slice/orders.service | orders",
                "0::/system.slice/system-web.slice/web@8080.service | web@8080",
                "0::/system.slice/orders.service/delegated/worker | orders",
                "0::/user.slice/user-1000.slice/user@1000.service/app.slice/shop.service | shop",
                "0::/user.slice/user-1000.slice/user@1000.service/app.slice/app-term.scope | none",
                "0::/user.slice/user-1000.slice/session-3.scope | none",
                "0::/system.slice/docker-0123.scope | none",
                "0::/ | none",
                "0::/.service | none",
                "0::/system.slice/_cgroup.odd.service | cgroup.odd",
                "12:memory:/other.service%1:name=systemd:/system.slice/orders.service%0::/ | orders",
                "1:name=systemd:/system.slice/orders.service%0::/system.slice/orders.service | orders",
                "0::/system.slice/orders.service%1:name=systemd:/ | none",
                "5:cpu,cpuacct:/docker/0123%4:memory:/a.service | none",
                "'' | none",
                "garbage%:::%0: | none"
            })
    void theServiceThatAGroupBelongsTo(String lines, String expected) {
        assertThat(Identifier.ofCgroup(lines.replace('%', '\n') + "\n")).isEqualTo(expected);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "org.example.Orders --port 80 | Orders",
                "Orders | Orders",
                "/opt/orders/orders.jar -v a.jar | orders",
                "orders-1.2.jar | orders-1.2",
                "/opt/my shop/orders.jar --x | orders",
                "org.example.orders/org.example.orders.Main | Main",
                "org.example.orders | orders",
                "'/opt/my\tshop.jar' | myshop",
                "/opt/0123456789012345678901234567890123456789012345678901234567890123456789.jar"
                        + " | 012345678901234567890123456789012345678901234567890123456789",
                "'' | java",
                "/ | java"
            })
    void whatWasStarted(String command, String expected) {
        assertThat(Identifier.ofCommand(command)).isEqualTo(expected);
    }
}
