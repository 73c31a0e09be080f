package io.github.systemd4j.machine.dbus;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;

/** Types and values of D-Bus, at random. */
final class RandomValues {

    private static final String BASIC = "ybnqiuxtdsog";

    private final Random random;

    RandomValues(Random random) {
        this.random = random;
    }

    String signature() {
        StringBuilder signature = new StringBuilder();
        for (int i = random.nextInt(5); i >= 0; i--) {
            signature.append(type(3));
        }
        return signature.toString();
    }

    private String type(int depth) {
        int kind = depth == 0 ? 0 : random.nextInt(6);
        return switch (kind) {
            case 1 -> "v";
            case 2 -> "a" + type(depth - 1);
            case 3 -> "a{" + basic() + type(depth - 1) + "}";
            case 4 -> "(" + type(depth - 1) + type(depth - 1) + ")";
            default -> String.valueOf(basic());
        };
    }

    private char basic() {
        return BASIC.charAt(random.nextInt(BASIC.length()));
    }

    List<Object> values(String signature) {
        List<Object> values = new ArrayList<>();
        for (int at = 0; at < signature.length(); at = Signature.end(signature, at)) {
            values.add(value(signature.substring(at, Signature.end(signature, at))));
        }
        return values;
    }

    private Object value(String type) {
        return switch (type.charAt(0)) {
            case 'y' -> (long) random.nextInt(256);
            case 'b' -> random.nextBoolean();
            case 'n' -> (long) (short) random.nextInt();
            case 'q' -> (long) random.nextInt(65536);
            case 'i' -> (long) random.nextInt();
            case 'u' -> random.nextInt() & 0xFFFF_FFFFL;
            case 'x', 't' -> random.nextLong();
            case 'd' -> random.nextGaussian();
            case 's', 'o' -> text();
            case 'g' -> signature();
            case 'v' -> {
                String inner = type(1);
                yield new Variant(inner, value(inner));
            }
            case '(' -> values(type.substring(1, type.length() - 1));
            default -> array(type.substring(1));
        };
    }

    private String text() {
        StringBuilder text = new StringBuilder();
        for (int i = random.nextInt(12); i > 0; i--) {
            text.appendCodePoint(random.nextInt(8) == 0 ? 0x1F600 + random.nextInt(50) : 1 + random.nextInt(0x7FF));
        }
        return text.toString();
    }

    private Object array(String element) {
        int size = random.nextInt(4);
        if (element.equals("y")) {
            byte[] bytes = new byte[size];
            random.nextBytes(bytes);
            return bytes;
        } else if (element.startsWith("{")) {
            Map<Object, Object> map = new LinkedHashMap<>();
            for (int i = 0; i < size; i++) {
                map.put(value(element.substring(1, 2)), value(element.substring(2, element.length() - 1)));
            }
            return map;
        }
        List<Object> list = new ArrayList<>();
        for (int i = 0; i < size; i++) {
            list.add(value(element));
        }
        return list;
    }

    /** As a text, in which arrays of bytes are equal that have the same bytes. */
    static String comparable(Object value) {
        if (value instanceof byte[] bytes) {
            return "bytes" + Arrays.toString(bytes);
        } else if (value instanceof List<?> list) {
            return list.stream().map(RandomValues::comparable).toList().toString();
        } else if (value instanceof Map<?, ?> map) {
            StringBuilder text = new StringBuilder("{");
            map.forEach((key, each) -> text.append(comparable(key))
                    .append('=')
                    .append(comparable(each))
                    .append(';'));
            return text.append('}').toString();
        } else if (value instanceof Variant variant) {
            return variant.signature() + ":" + comparable(variant.value());
        }
        return value.getClass().getSimpleName() + " " + value;
    }
}
