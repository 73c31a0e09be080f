/** Prepares containers whose command is an init for systemd, by editing their configuration. */
@NullMarked
package io.github.systemd4j.samples.ocisystemdhook;

import org.jspecify.annotations.NullMarked;
