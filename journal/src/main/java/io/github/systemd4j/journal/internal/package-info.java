/** What the front ends share. Not exported but to systemd4j's own modules. */
package io.github.systemd4j.journal.internal;
