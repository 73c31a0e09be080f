package io.github.systemd4j.activation;

import io.github.systemd4j.linux.libc.Libc;
import io.github.systemd4j.linux.libc.Memory;
import java.util.List;

/** Strings in native memory. */
final class Memories {

    private Memories() {}

    /** An array of addresses, after the last of which is 0, and behind it the texts, each with a NUL. */
    static Memory texts(Libc libc, List<byte[]> texts) {
        int at = 8 * (texts.size() + 1);
        Memory memory = Memory.allocate(
                libc, at + texts.stream().mapToInt(text -> text.length + 1).sum());
        for (int i = 0; i < texts.size(); i++) {
            memory.bytes().putLong(8 * i, memory.address() + at).put(at, texts.get(i));
            at += texts.get(i).length + 1;
        }
        return memory;
    }
}
