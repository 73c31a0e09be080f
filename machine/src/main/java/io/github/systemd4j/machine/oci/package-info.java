/**
 * The files of the Open Container Initiative: the state that a runtime gives to its hooks, and the configuration of a
 * bundle, <a href="https://github.com/opencontainers/runtime-spec">runtime-spec</a>.
 *
 * <p>This package needs {@code com.grack:nanojson}, which is an optional dependency: whoever uses the package adds it. On
 * the module path that is {@code requires com.grack.nanojson} as well, or {@code --add-modules}.
 */
@NullMarked
package io.github.systemd4j.machine.oci;

import org.jspecify.annotations.NullMarked;
