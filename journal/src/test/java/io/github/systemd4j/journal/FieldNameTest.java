package io.github.systemd4j.journal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class FieldNameTest {

    @ParameterizedTest
    @ValueSource(strings = {"A", "MESSAGE", "A_1", "Z9_", "A__B"})
    void rightNames(String name) {
        assertThat(FieldName.of(name)).hasToString(name).isEqualTo(FieldName.escaped(name));
    }

    @Test
    void theLongestName() {
        assertThat(FieldName.of("N".repeat(64)).length()).isEqualTo(64);
        assertThatIllegalArgumentException()
                .isThrownBy(() -> FieldName.of("N".repeat(65)))
                .withMessageContaining("(65)");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "_A", "1A", "a", "A B", "A=B", "A\nB", "Ä", "A\0", ".A", "#A", "A\uFF21"})
    void wrongNames(String name) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> FieldName.of(name))
                .withMessageStartingWith("name: ");
    }

    /** Written down, because a name that changed with a version would break every filter on it. */
    @ParameterizedTest
    @CsvSource({
        "user.id,USER_ID",
        "userId,USERID",
        "1st,X_1ST",
        "_PID,X__PID",
        "'',X_",
        "a b=c,A_B_C",
        "größe,GR__E_0E2F6DA4",
        "日本,X____A041C2AA",
        "İ,X___30ED89EA"
    })
    void escapes(String foreign, String name) {
        assertThat(FieldName.escaped(foreign)).hasToString(name);
    }

    @Test
    void longNamesAreCutAndToldApart() {
        FieldName one = FieldName.escaped("a".repeat(64) + "b");
        FieldName other = FieldName.escaped("a".repeat(64) + "c");

        assertThat(FieldName.escaped("a".repeat(64))).hasToString("A".repeat(64));
        assertThat(one.toString()).hasSize(64).startsWith("A".repeat(55) + "_");
        assertThat(one).isNotEqualTo(other).isEqualTo(FieldName.escaped("a".repeat(64) + "b"));
        assertThat(one).hasSameHashCodeAs(FieldName.of(one.toString()));
    }
}
