package io.github.systemd4j.jmh;

import com.sun.jna.Library;

/** libsystemd by JNA's interface mapping, the way most Java programs call it (Jenkins, OpenSearch, jsystemd). */
public interface Libsystemd extends Library {

    /**
     * See sd_notify(3). JNA looks for a C function of the same name.
     *
     * @param unsetEnvironment 0 keeps {@code NOTIFY_SOCKET}
     * @param state the fields
     * @return more than 0 when sent
     */
    int sd_notify(int unsetEnvironment, String state);
}
