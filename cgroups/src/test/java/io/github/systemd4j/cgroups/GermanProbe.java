package io.github.systemd4j.cgroups;

import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;

/** Run by {@link LocaleBoxIT}: what the JDK says when the kernel refuses a value. */
final class GermanProbe {

    private GermanProbe() {}

    public static void main(String[] arguments) throws IOException {
        Cgroups cgroups = Cgroups.system();
        String hierarchy = cgroups.resolve("name=systemd").path().isPresent() ? "name=systemd" : "unified";
        String said = "nothing";
        try {
            ControlFile.put(cgroups.group(cgroups.self(), hierarchy).directory().resolve("cgroup.procs"), "no number");
        } catch (IOException e) {
            said = String.valueOf(e.getMessage());
        }
        try (FileOutputStream out = new FileOutputStream(FileDescriptor.out)) {
            out.write(said.getBytes(StandardCharsets.UTF_8));
        }
    }
}
