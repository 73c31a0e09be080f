package io.github.systemd4j.samples.systemddocker;

import java.io.PrintStream;
import org.jspecify.annotations.Nullable;

/**
 * Lines for people, about the container and not of it. The journal adds time, unit and pid to each; the numbers in front
 * are its priorities, see sd-daemon(3).
 *
 * @param out where to
 * @param prefixed whether the journal reads them
 */
record Log(PrintStream out, boolean prefixed) {

    void say(String line) {
        print("<6>", line);
    }

    void warn(@Nullable String line) {
        print("<4>", line);
    }

    void complain(@Nullable String line) {
        print("<3>", line);
    }

    private void print(String priority, @Nullable String text) {
        for (String line : String.valueOf(text).split("\n", -1)) {
            out.println((prefixed ? priority : "") + "systemd-docker: " + line);
        }
    }
}
