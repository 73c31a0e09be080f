package io.github.systemd4j.samples.readiness;

import java.io.PrintStream;
import org.jspecify.annotations.Nullable;

/**
 * Lines for people. The journal adds time, unit and pid to each, so they are not repeated here.
 *
 * @param out what happens
 * @param err what goes wrong
 */
record Log(PrintStream out, PrintStream err) {

    void say(String line) {
        out.println(line);
    }

    void complain(@Nullable String line) {
        err.println("readiness: " + line);
    }
}
