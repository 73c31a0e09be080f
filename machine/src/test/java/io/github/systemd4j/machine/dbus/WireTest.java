package io.github.systemd4j.machine.dbus;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.ProtocolException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Messages as bytes: as busctl of systemd 252 writes them, there and back, and after something has happened to them. */
class WireTest {

    /** busctl call org.example.Service /org/example org.example.Iface Types ybnqiuxtdsog 255 true -2 ... */
    private static final String TYPES = "6c01040150000000020000007a00000001016f000c0000002f6f72672f6578616d706c6500"
            + "0000000301730005000000547970657300000002017300110000006f72672e6578616d706c652e4966616365000000000000"
            + "0006017300130000006f72672e6578616d706c652e536572766963650000000000080167000c79626e716975787464736f67"
            + "00000000000000ff00000001000000feffffff90eefeff00286bee00000000000efad5feffffffffffffffffffffff000000"
            + "00000004400600000068c3a46c6c6f0000080000002f612f625f3266630005617b73767d00";

    private static final String REGISTER = "6c01040149000000020000007d00000001016f000c0000002f6f72672f6578616d706c6500"
            + "00000003017300080000005265676973746572000000000000000002017300110000006f72672e6578616d706c652e4966616365"
            + "0000000000000006017300130000006f72672e6578616d706c652e536572766963650000000000080167000773617973737573"
            + "00000000030000007765620010000000000102030405060708090a0b0c0d0e0f0400000072756e630000000009000000636f6e"
            + "7461696e657200000067120000080000002f7372762f77656200";

    private static final String SCOPE = "6c01040180000000020000007e00000001016f000c0000002f6f72672f6578616d706c65000000"
            + "00030173000500000053636f706500000002017300110000006f72672e6578616d706c652e4966616365000000000000000601"
            + "7300130000006f72672e6578616d706c652e5365727669636500000000000801670010"
            + "7373612873762961287361287376292900000007000000772e73636f706500040000006661696c00000000580000000000000004"
            + "000000504944730002617500000000080000000700000008000000000000000800000044656c656761746500016200010000000000"
            + "0000090000004d656d6f72794d6178000174000000000000000000000004000000000000000000000000";

    private static final String NESTED = "6c01040188000000020000007f00000001016f000c0000002f6f72672f6578616d706c650000"
            + "0000030173000600"
            + "00004e6573746564000002017300110000006f72672e6578616d706c652e4966616365000000000000000601"
            + "7300130000006f72672e6578616d706c652e5365727669636500000000000801670011617b73767d617b7328696179297d616173"
            + "0000450000000000000001000000780001760004286973290000fdffffff05000000746872656500000001000000790005617b75"
            + "737d000000000d0000000000000009000000040000006e696e65000000001300000000000000010000006b000000ffffffff03000000"
            + "01020300180000000e0000000100000061000000010000006200000000000000";

    @Test
    void everyBasicType() throws Exception {
        assertIsBusctls(
                TYPES,
                "Types",
                "ybnqiuxtdsog",
                255L,
                true,
                -2L,
                65535L,
                -70000L,
                4000000000L,
                -5000000000L,
                -1L,
                2.5,
                "hällo",
                "/a/b_2fc",
                "a{sv}");
    }

    @Test
    void aRegistration() throws Exception {
        byte[] id = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15};

        assertIsBusctls(REGISTER, "Register", "sayssus", "web", id, "runc", "container", 4711L, "/srv/web");
    }

    @Test
    void aScope() throws Exception {
        List<Object> properties = List.of(
                List.of("PIDs", new Variant("au", List.of(7L, 8L))),
                List.of("Delegate", new Variant("b", true)),
                List.of("MemoryMax", new Variant("t", 67108864L)));

        assertIsBusctls(SCOPE, "Scope", "ssa(sv)a(sa(sv))", "w.scope", "fail", properties, List.of());
    }

    @Test
    void variantsDictsAndArraysInEachOther() throws Exception {
        Map<String, Object> variants = new LinkedHashMap<>();
        variants.put("x", new Variant("v", new Variant("(is)", List.of(-3L, "three"))));
        variants.put("y", new Variant("a{us}", Map.of(9L, "nine")));

        assertIsBusctls(
                NESTED,
                "Nested",
                "a{sv}a{s(iay)}aas",
                variants,
                Map.of("k", List.of(-1L, new byte[] {1, 2, 3})),
                List.of(List.of("a", "b"), List.of()));
    }

    /** Byte by byte, but for busctl's flag that it may be asked for a password. And the same values read from it. */
    private static void assertIsBusctls(String hex, String member, String signature, Object... values)
            throws Exception {
        byte[] theirs = HexFormat.of().parseHex(hex);
        byte[] ours = bytes(Message.call(
                2, "org.example.Service", "/org/example", "org.example.Iface", member, signature, List.of(values)));
        assertThat(theirs[2]).isEqualTo((byte) 4);
        ours[2] = 4;
        assertThat(HexFormat.of().formatHex(ours)).isEqualTo(hex);

        Message message = Message.parse(ByteBuffer.wrap(theirs));
        assertThat(message.signature()).isEqualTo(signature);
        assertThat(message.member()).isEqualTo(member);
        assertThat(message.path()).isEqualTo("/org/example");
        assertThat(message.interfaceName()).isEqualTo("org.example.Iface");
        assertThat(RandomValues.comparable(message.body())).isEqualTo(RandomValues.comparable(List.of(values)));
    }

    @Property(tries = 2000)
    void whatIsWrittenIsRead(@ForAll long seed, @ForAll boolean bigEndian, @ForAll boolean shifted) throws Exception {
        ByteOrder order = bigEndian ? ByteOrder.BIG_ENDIAN : ByteOrder.LITTLE_ENDIAN;
        RandomValues random = new RandomValues(new Random(seed));
        String signature = random.signature();
        List<Object> values = random.values(signature);
        if (shifted) { // what comes before moves all alignments
            signature = "y" + signature;
            values.add(0, 7L);
        }
        Encoder out = new Encoder(order);
        out.values(signature, values);
        Decoder in = new Decoder(out.finish());

        assertThat(RandomValues.comparable(in.values(signature))).isEqualTo(RandomValues.comparable(values));
        assertThat(in.position()).isEqualTo(out.position());
    }

    @Property(tries = 5000)
    void whateverArrivesIsAMessageOrNone(@ForAll long seed) {
        Random random = new Random(seed);
        RandomValues values = new RandomValues(random);
        String signature = values.signature();
        byte[] bytes = bytes(Message.call(9, "a.b", "/c", "d.e", "F", signature, values.values(signature)));
        for (int i = random.nextInt(4); i >= 0; i--) {
            int at = random.nextBoolean() ? random.nextInt(Math.min(96, bytes.length)) : random.nextInt(bytes.length);
            bytes[at] = (byte) (random.nextBoolean() ? random.nextInt(256) : random.nextInt(4));
        }
        int length = random.nextInt(5) == 0 ? random.nextInt(bytes.length) : bytes.length;
        try {
            Message message = Message.parse(ByteBuffer.wrap(bytes, 0, length));
            assertThat(Signature.isValid(message.signature())).isTrue();
        } catch (ProtocolException e) {
            assertThat(e).hasMessageStartingWith("the message is not D-Bus: ");
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"", "a", "a{", "a{}", "a{s}", "a{sss}", "a{vs}", "a{(i)s}", "()", "(i", "i)", "{ss}", "z", "si"})
    void signaturesThatAreNotOneType(String signature) {
        assertThat(Signature.isOne(signature)).isFalse();
        assertThatThrownBy(() -> new Variant(signature, "")).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void theLimitsOfSignatures() {
        assertThat(Signature.isValid("y".repeat(255))).isTrue();
        assertThat(Signature.isValid("y".repeat(256))).isFalse();
        assertThat(Signature.isValid("a".repeat(32) + "y")).isTrue();
        assertThat(Signature.isValid("a".repeat(33) + "y")).isFalse();
        assertThat(Signature.isValid("(".repeat(32) + "y" + ")".repeat(32))).isTrue();
        assertThat(Signature.isValid("(".repeat(33) + "y" + ")".repeat(33))).isFalse();
    }

    @Test
    void variantsThatAreNestedTooDeeply() {
        Variant deep = new Variant("y", 1L);
        for (int i = 0; i < 70; i++) {
            deep = new Variant("v", deep);
        }
        Encoder out = new Encoder(ByteOrder.LITTLE_ENDIAN);
        out.values("v", List.of(deep));
        Decoder in = new Decoder(out.finish());
        assertThatThrownBy(() -> in.values("v"))
                .isInstanceOf(ProtocolException.class)
                .hasMessageContaining("deeply");
    }

    @Test
    void valuesThatDoNotFitTheirType() {
        assertWrong("y", 256);
        assertWrong("y", -1);
        assertWrong("n", 32768);
        assertWrong("q", -1);
        assertWrong("i", 1L << 31);
        assertWrong("u", 1L << 32);
        assertWrong("u", "1");
        assertWrong("s", 1);
        assertWrong("s", "a\0b");
        assertWrong("b", 1);
        assertWrong("(ss)", List.of("a"));
        assertWrong("(s)", List.of("a", "b"));
        assertWrong("as", Map.of());
        assertWrong("a{ss}", List.of());
        assertWrong("ss", "a");
        assertWrong("", "a");
    }

    private static void assertWrong(String signature, Object value) {
        Encoder out = new Encoder(ByteOrder.LITTLE_ENDIAN);
        assertThatThrownBy(() -> out.values(signature, List.of(value))).isInstanceOf(IllegalArgumentException.class);
    }

    private static byte[] bytes(ByteBuffer buffer) {
        byte[] bytes = new byte[buffer.remaining()];
        buffer.get(bytes);
        return bytes;
    }
}
