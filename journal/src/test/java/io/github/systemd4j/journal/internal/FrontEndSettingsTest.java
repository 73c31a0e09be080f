package io.github.systemd4j.journal.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.github.systemd4j.journal.Priority;
import org.junit.jupiter.api.Test;

class FrontEndSettingsTest {

    private final FrontEndSettings settings = new FrontEndSettings();

    @Test
    void prioritiesOfLevels() {
        settings.priorities(" WARN = notice,trace=INFO , ");

        assertThat(settings.priority("warn", Priority.WARNING)).isEqualTo(Priority.NOTICE);
        assertThat(settings.priority("TRACE", Priority.DEBUG)).isEqualTo(Priority.INFO);
        assertThat(settings.priority("ERROR", Priority.ERR)).isEqualTo(Priority.ERR);
    }

    @Test
    void whatIsWrongIsNamed() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> settings.priorities("WARN=loud"))
                .withMessage("priorities: loud, must be one of emerg, alert, crit, err, warning, notice, info, debug");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> settings.priorities("WARN"))
                .withMessage("priorities: WARN, must be LEVEL=PRIORITY");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> settings.stackTrace("everywhere"))
                .withMessage("stackTrace: everywhere, must be one of message, field, none");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> settings.fallback("file"))
                .withMessage("fallback: file, must be one of drop, stream, stderr, stream_then_stderr");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> settings.identifier("two\nlines"))
                .withMessageStartingWith("identifier: ");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> settings.fieldPrefix("_X"))
                .withMessageStartingWith("fieldPrefix: _X");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> settings.timeoutMillis("soon"))
                .withMessageStartingWith("timeoutMillis: soon");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> settings.timeoutMillis(-1))
                .withMessageStartingWith("timeout: ");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> settings.socket("relative"))
                .withMessageStartingWith("path: relative");
    }
}
