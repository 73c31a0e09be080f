package io.github.systemd4j.machine.oci;

import com.grack.nanojson.JsonObject;
import java.util.List;
import java.util.OptionalLong;

/** The mappings of a user namespace, runtime-spec, config-linux.md, User namespace mappings. */
final class IdMap {

    private static final String INSIDE = "containerID";
    private static final String OUTSIDE = "hostID";
    private static final String SIZE = "size";

    private IdMap() {}

    static void check(JsonObject mapping, String place) throws OciException {
        for (String key : List.of(INSIDE, OUTSIDE, SIZE)) {
            Json.number(mapping, key, place);
        }
    }

    static OptionalLong host(List<JsonObject> mappings, long id) {
        for (JsonObject mapping : mappings) {
            long offset = id - number(mapping, INSIDE);
            if (offset >= 0 && offset < number(mapping, SIZE)) {
                return OptionalLong.of(number(mapping, OUTSIDE) + offset);
            }
        }
        return mappings.isEmpty() ? OptionalLong.of(id) : OptionalLong.empty();
    }

    private static long number(JsonObject mapping, String key) {
        return Long.parseLong(String.valueOf(mapping.get(key)));
    }
}
