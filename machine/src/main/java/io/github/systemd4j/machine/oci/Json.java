package io.github.systemd4j.machine.oci;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.grack.nanojson.JsonArray;
import com.grack.nanojson.JsonObject;
import com.grack.nanojson.JsonParser;
import com.grack.nanojson.JsonParserException;
import com.grack.nanojson.JsonWriter;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * JSON as it came: keys in their order, numbers as they were written. And the members of objects as what they have to be,
 * or an exception that says where one is not; the place is a JSON pointer, RFC 6901.
 */
final class Json {

    /** More than the configuration of any container has: a mount is 200 bytes. */
    static final int LIMIT = 16 << 20;

    /** The parser calls itself for each level; a configuration has some ten. */
    private static final int DEEPEST = 256;

    private Json() {}

    /** The object that a text is; what it is called stands in messages. */
    static JsonObject parse(byte[] text, String target) throws OciException {
        try {
            String characters = UTF_8.newDecoder().decode(ByteBuffer.wrap(text)).toString();
            if (depth(characters) > DEEPEST) {
                throw new OciException("parse", target, "it is nested deeper than " + DEEPEST + " levels");
            }
            return JsonParser.object().withLazyNumbers().from(characters);
        } catch (CharacterCodingException e) {
            throw new OciException("parse", target, "it is not in UTF-8");
        } catch (JsonParserException e) {
            throw new OciException("parse", target, "it is no JSON object: " + e.getMessage());
        }
    }

    private static int depth(String text) {
        int depth = 0;
        int deepest = 0;
        boolean quoted = false;
        for (int i = 0; i < text.length(); i++) {
            switch (text.charAt(i)) {
                case '\\' -> i++;
                case '"' -> quoted = !quoted;
                case '{', '[' -> depth += quoted ? 0 : 1;
                case '}', ']' -> depth -= quoted ? 0 : 1;
                default -> {
                    // of no meaning here
                }
            }
            deepest = Math.max(deepest, depth);
        }
        return deepest;
    }

    /** The text; on lines of their own, with the indentation given, if there is one. */
    static byte[] write(JsonObject object, String indentation) {
        String text = indentation.isEmpty()
                ? JsonWriter.string(object)
                : JsonWriter.indent(indentation).string().object(object).done();
        return escaped(text).getBytes(UTF_8);
    }

    /** Half of a surrogate pair has no UTF-8; it came as an escape, and leaves as one. */
    private static String escaped(String text) {
        StringBuilder escaped = new StringBuilder(text.length());
        text.codePoints().forEach(c -> {
            if (c >= Character.MIN_SURROGATE && c <= Character.MAX_SURROGATE) {
                escaped.append("\\u").append(Integer.toHexString(c));
            } else {
                escaped.appendCodePoint(c);
            }
        });
        return escaped.toString();
    }

    /** A member's text, null if there is no such member. */
    static @Nullable String text(JsonObject object, String key, String place) throws OciException {
        Object value = object.get(key);
        if (value == null || value instanceof String) {
            return (String) value;
        }
        throw wrong(place + "/" + key, "a string");
    }

    static JsonObject object(JsonObject object, String key, String place) throws OciException {
        Object value = object.get(key);
        if (value == null) {
            return new JsonObject();
        }
        if (value instanceof JsonObject nested) {
            return nested;
        }
        throw wrong(place + "/" + key, "an object");
    }

    static List<String> texts(JsonObject object, String key, String place) throws OciException {
        List<String> texts = new ArrayList<>();
        for (Object value : array(object, key, place)) {
            if (!(value instanceof String text)) {
                throw wrong(place + "/" + key + "/" + texts.size(), "a string");
            }
            texts.add(text);
        }
        return List.copyOf(texts);
    }

    static List<JsonObject> objects(JsonObject object, String key, String place) throws OciException {
        List<JsonObject> objects = new ArrayList<>();
        for (Object value : array(object, key, place)) {
            if (!(value instanceof JsonObject nested)) {
                throw wrong(place + "/" + key + "/" + objects.size(), "an object");
            }
            objects.add(nested);
        }
        return List.copyOf(objects);
    }

    private static JsonArray array(JsonObject object, String key, String place) throws OciException {
        Object value = object.get(key);
        if (value == null) {
            return new JsonArray();
        }
        if (value instanceof JsonArray array) {
            return array;
        }
        throw wrong(place + "/" + key, "an array");
    }

    static Map<String, String> textsByKey(JsonObject object, String key, String place) throws OciException {
        Map<String, String> texts = new LinkedHashMap<>();
        JsonObject nested = object(object, key, place);
        for (String name : nested.keySet()) {
            String text = text(nested, name, place + "/" + key);
            if (text != null) {
                texts.put(name, text);
            }
        }
        return texts;
    }

    /** A member that has to be there. Not negative. */
    static long number(JsonObject object, String key, String place) throws OciException {
        try {
            long number = object.get(key) instanceof Number text ? Long.parseLong(text.toString()) : -1;
            if (number >= 0) {
                return number;
            }
        } catch (NumberFormatException e) {
            // said below
        }
        throw wrong(place + "/" + key, "a number, and not a negative one");
    }

    static OciException wrong(String place, String type) {
        return new OciException("parse", place, "it must be " + type);
    }
}
