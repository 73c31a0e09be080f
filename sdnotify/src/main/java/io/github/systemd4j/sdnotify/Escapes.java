package io.github.systemd4j.sdnotify;

import java.util.Arrays;

/**
 * Backslashes in values. Whoever reads a datagram as systemd does drops each and takes the next byte as it is, so they
 * are written twice; a single one at the end would void the whole datagram.
 */
final class Escapes {

    private Escapes() {}

    static String doubled(String value) {
        return value.indexOf('\\') < 0 ? value : value.replace("\\", "\\\\");
    }

    /** Without half of a pair, which is what a cut may have left at the end. */
    static byte[] whole(byte[] cut) {
        int backslashes = 0;
        while (backslashes < cut.length && cut[cut.length - 1 - backslashes] == '\\') {
            backslashes++;
        }
        return backslashes % 2 == 0 ? cut : Arrays.copyOf(cut, cut.length - 1);
    }
}
