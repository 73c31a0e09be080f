package io.github.systemd4j.machine.oci;

import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * A program that a runtime starts at a {@link HookStage}, with the {@link OciState} on its standard input, runtime-spec,
 * config.md, POSIX-platform Hooks. Immutable.
 *
 * @param path the program, as an absolute path
 * @param args its arguments, the first of which is its name; empty for none but that
 * @param env its environment, which is nothing else: not even a {@code PATH}
 * @param timeout when the runtime kills it, in whole seconds
 */
public record OciHook(String path, List<String> args, List<String> env, Optional<Duration> timeout) {

    /**
     * Checks and copies.
     *
     * @throws IllegalArgumentException if {@code path} is not absolute or {@code timeout} is below a second
     */
    public OciHook {
        if (!path.startsWith("/")) {
            throw new IllegalArgumentException("path: " + path + " must be absolute");
        }
        if (timeout.isPresent() && timeout.get().toSeconds() <= 0) {
            throw new IllegalArgumentException("timeout: " + timeout.get() + " must be at least a second");
        }
        args = List.copyOf(args);
        env = List.copyOf(env);
    }
}
