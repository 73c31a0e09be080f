/** Registration with systemd-machined, transient scopes, and who a machine or a container is. */
package io.github.systemd4j.machine;
