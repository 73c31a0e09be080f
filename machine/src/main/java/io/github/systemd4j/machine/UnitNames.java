package io.github.systemd4j.machine;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.ByteArrayOutputStream;

/** Names of units, systemd.unit(5). */
final class UnitNames {

    private static final int MAX_LENGTH = 255;
    private static final String SPECIALS = ":-_.\\@";

    private UnitNames() {}

    static void require(String parameter, String unit) {
        int dot = unit.lastIndexOf('.');
        boolean valid = dot > 0 && dot < unit.length() - 1 && unit.length() <= MAX_LENGTH;
        for (int i = 0; i < unit.length() && valid; i++) {
            char c = unit.charAt(i);
            valid = (c >= 'a' && c <= 'z')
                    || (c >= 'A' && c <= 'Z')
                    || (c >= '0' && c <= '9')
                    || SPECIALS.indexOf(c) >= 0;
        }
        if (!valid) {
            throw new IllegalArgumentException(parameter + ": " + unit + " is not the name of a unit");
        }
    }

    /** The unit of an object: {@code web_2eservice} is web.service. */
    static String ofPath(String path) {
        String label = path.substring(path.lastIndexOf('/') + 1);
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        for (int at = 0; at < label.length(); at++) {
            char c = label.charAt(at);
            int high = c == '_' && at + 2 < label.length() ? Character.digit(label.charAt(at + 1), 16) : -1;
            int low = high < 0 ? -1 : Character.digit(label.charAt(at + 2), 16);
            if (low < 0) {
                bytes.write(c);
            } else {
                bytes.write(high * 16 + low);
                at += 2;
            }
        }
        return bytes.toString(UTF_8);
    }
}
