package io.github.systemd4j.journal.internal;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ContextNamesTest {

    @ParameterizedTest
    @CsvSource({
        "request.id, REQUEST_ID",
        "_TRUSTED, X__TRUSTED",
        "4711, X_4711",
        "priority, X_PRIORITY",
        "Message, X_MESSAGE",
        "syslog.identifier, X_SYSLOG_IDENTIFIER",
        "code-line, X_CODE_LINE",
        "message_id, X_MESSAGE_ID",
        "OBJECT_ID, OBJECT_ID"
    })
    void keysThatMayNotPretend(String key, String field) {
        assertThat(new ContextNames("").of(key).name()).hasToString(field);
    }

    @Test
    void withAPrefixNothingIsReserved() {
        assertThat(new ContextNames("MDC_").of("priority").name()).hasToString("MDC_PRIORITY");
        assertThat(new ContextNames("MDC_").of("4711").name()).hasToString("MDC_4711");
    }

    @Test
    void theSameKeyIsMadeOnceAndMadeUpOnesAreNotKept() {
        ContextNames names = new ContextNames("");
        assertThat(names.of("key")).isSameAs(names.of("key"));
        for (int i = 0; i < ContextNames.MOST; i++) {
            names.of("key" + i);
        }

        assertThat(names.of("late")).isEqualTo(names.of("late")).isNotSameAs(names.of("late"));
    }
}
