package io.github.systemd4j.machine;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.HexFormat;
import java.util.UUID;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.CharRange;
import net.jqwik.api.constraints.StringLength;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class Id128Test {

    private static final String DIGITS = "3d1219c7c4c5404aaa1f6d2a48adfda4";
    private static final Id128 ID = new Id128(0x3d1219c7c4c5404aL, 0xaa1f6d2a48adfda4L);

    @ParameterizedTest
    @ValueSource(strings = {DIGITS, "3d1219c7-c4c5-404a-aa1f-6d2a48adfda4", "3D1219C7C4C5404AAA1F6D2A48ADFDA4"})
    void bothFormsAreTheSameId(String text) {
        assertThat(Id128.parse(text)).contains(ID);
        assertThat(Id128.of(text)).isEqualTo(ID).hasToString(DIGITS);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "3d1219c7c4c5404aaa1f6d2a48adfda",
                "3d1219c7c4c5404aaa1f6d2a48adfda45",
                "3d1219c7c4c5404aaa1f6d2a48adfdag",
                "3d1219c7c4c5404aaa1f6d2a48adfda\n",
                "3d1219c7-c4c5404a-aa1f-6d2a-48adfda4",
                "3d1219c7-c4c5-404a-aa1f6d2a48adfda4",
                "{3d1219c7-c4c5-404a-aa1f-6d2a48adfda4}",
                "\u0663d1219c7c4c5404aaa1f6d2a48adfda4",
            })
    void whatSystemdRefusesIsNone(String text) {
        assertThat(Id128.parse(text)).isEmpty();
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Id128.of(text))
                .withMessageStartingWith("text: ")
                .withMessageContaining("32 hexadecimal digits");
    }

    @Property
    void textBytesAndUuidAreTheSameBits(@ForAll long high, @ForAll long low) {
        Id128 id = new Id128(high, low);
        assertThat(Id128.of(id.toString())).isEqualTo(id);
        assertThat(Id128.of(id.toUuid())).isEqualTo(id);
        assertThat(Id128.of(id.toUuid().toString())).isEqualTo(id);
        assertThat(HexFormat.of().formatHex(id.toBytes())).isEqualTo(id.toString());
    }

    /** The numbers are from systemd-id128 of systemd 252, which IdentityBoxIT asks again. */
    @Test
    void anApplicationHasAnIdOfItsOwn() {
        Id128 application = Id128.of("4f0a2b9d8c7e4d1fa5b6c7d8e9f00112");
        assertThat(ID.appSpecific(application)).hasToString("e32c087c0ba2450aa45f600a0d1caf67");
        assertThat(ID.appSpecific(application).toUuid().version()).isEqualTo(4);
        assertThat(ID.appSpecific(application).toUuid().variant()).isEqualTo(2);
    }

    @Test
    void orderIsThatOfTheText() {
        assertThat(Id128.of("80000000000000000000000000000000"))
                .isGreaterThan(Id128.of("7fffffffffffffffffffffffffffffff"));
        assertThat(Id128.of("00000000000000008000000000000000"))
                .isGreaterThan(Id128.of("00000000000000007fffffffffffffff"));
        assertThat(new Id128(0, 0).isNull()).isTrue();
        assertThat(ID.isNull()).isFalse();
    }

    /** As in a bug report of 2016 about machines that oci-register-machine had registered. */
    @Test
    void theIdOfAContainerIsItsDigitsAndNotTheirAscii() {
        String container = "cc8d10c7b9892b75b5ec3ae7d4e1aa4d1ad3e7d5f93ec3a1b6a4d5fd1b7a8c90";

        assertThat(Id128.ofContainerId(container)).hasToString("cc8d10c7b9892b75b5ec3ae7d4e1aa4d");

        assertThat(oldHook(container)).isEqualTo("63633864313063376239383932623735");
        assertThat(new String(HexFormat.of().parseHex(oldHook(container)), US_ASCII))
                .isEqualTo("cc8d10c7b9892b75")
                .isEqualTo(container.substring(0, 16));
    }

    /** Two containers whose names begin alike were one machine to the old hook; an id shorter than 32 was padded first. */
    @Property
    void theOldHookNeverGotItRight(
            @ForAll @StringLength(min = 1, max = 64) @CharRange(from = 'a', to = 'f') String id) {
        assertThat(oldHook(id)).isNotEqualTo(Id128.ofContainerId(id).toString());
        if (id.length() > 16) {
            assertThat(oldHook(id.substring(0, 16))).isEqualTo(oldHook(id));
        }
    }

    /** Validate() and RegisterMachine() of oci-register-machine, in Java: encode the characters, decode the first half. */
    private static String oldHook(String id) {
        String padded = id + "0".repeat(Math.max(0, 32 - id.length()));
        return HexFormat.of().formatHex(padded.getBytes(US_ASCII)).substring(0, 32);
    }

    @Test
    void anIdThatIsAUuidIsThatUuid() {
        assertThat(Id128.ofContainerId("3d1219c7-c4c5-404a-aa1f-6d2a48adfda4")).isEqualTo(ID);
    }

    /** Python's uuid.uuid5(UUID("8b1f6c5e-0d4b-4c3a-9f27-d1a35e60c482"), NAME) said these. */
    @Test
    void anyOtherNameIsAlwaysTheSameUuid() {
        assertThat(Id128.ofContainerId("web").toUuid())
                .isEqualTo(UUID.fromString("7ec351b3-2a2f-5936-b9da-fa8a4eef784c"));
        assertThat(Id128.ofContainerId("cafe").toUuid())
                .isEqualTo(UUID.fromString("57d3db2f-883c-59c2-afa8-78a31475c300"));
        String almost = DIGITS + "_1";
        assertThat(Id128.ofContainerId(almost)).isNotEqualTo(ID);
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Id128.ofContainerId(""))
                .withMessageStartingWith("containerId: ");
    }
}
