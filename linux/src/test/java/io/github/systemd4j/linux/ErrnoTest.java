package io.github.systemd4j.linux;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.reflect.Field;
import java.util.Locale;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ErrnoTest {

    @ParameterizedTest
    @CsvSource({"1,EPERM", "2,ENOENT", "11,EAGAIN", "95,EOPNOTSUPP", "111,ECONNREFUSED", "133,EHWPOISON"})
    void names(int errno, String name) {
        assertThat(Errno.name(errno)).isEqualTo(name);
    }

    @ParameterizedTest
    @ValueSource(ints = {0, -1, 41, 58, 134, 4095, Integer.MAX_VALUE, Integer.MIN_VALUE})
    void numbersWithoutAName(int errno) {
        assertThat(Errno.name(errno)).isEqualTo("errno");
    }

    @Test
    void everyConstantHasItsOwnName() throws Exception {
        for (Field field : Errno.class.getFields()) {
            assertThat(Errno.name(field.getInt(null))).isEqualTo(field.getName());
        }
    }

    @Test
    void theMessageIsTheSameInEveryLocale() {
        Locale before = Locale.getDefault();
        try {
            Locale.setDefault(Locale.GERMANY);
            SystemCallException e = new SystemCallException("sendmsg", "/run/systemd/notify", 111, null);
            assertThat(e).hasMessage("sendmsg(/run/systemd/notify): ECONNREFUSED (111)");
            assertThat(new SystemCallException("bind", "@x", 98, "taken"))
                    .hasMessage("bind(@x): EADDRINUSE (98): taken");
            assertThat(e.call()).isEqualTo("sendmsg");
            assertThat(e.target()).isEqualTo("/run/systemd/notify");
            assertThat(e.errno()).isEqualTo(111);
        } finally {
            Locale.setDefault(before);
        }
    }

    @Test
    void eachNameHasItsNumber() {
        for (int errno = 1; errno <= 133; errno++) {
            assertThat(Errno.number(Errno.name(errno)))
                    .isEqualTo(Errno.name(errno).equals("errno") ? 0 : errno);
        }
        assertThat(Errno.number("EWOULDBLOCK")).isEqualTo(Errno.EAGAIN);
        assertThat(Errno.number("ENOTSUP")).isEqualTo(Errno.EOPNOTSUPP);
        assertThat(Errno.number("EDEADLOCK")).isEqualTo(35);
        assertThat(Errno.number("-")).isZero();
        assertThat(Errno.number("")).isZero();
    }
}
