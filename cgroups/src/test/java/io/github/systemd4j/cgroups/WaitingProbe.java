package io.github.systemd4j.cgroups;

import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;

/** A JVM that says what it is told, as long as it is told something. */
final class WaitingProbe {

    private WaitingProbe() {}

    public static void main(String[] arguments) throws IOException {
        System.in.transferTo(new FileOutputStream(FileDescriptor.out)); // System.out would wait for more
    }
}
