package io.github.systemd4j.machine.dbus;

/**
 * Which signals are wanted.
 *
 * @param sender the well-known name of who sends them
 * @param path the object
 * @param interfaceName the interface
 */
public record SignalFilter(String sender, String path, String interfaceName) {

    /** As AddMatch takes it. */
    String rule() {
        return "type='signal',sender='" + sender + "',path='" + path + "',interface='" + interfaceName + "'";
    }

    /** All but the sender, who in a message is a unique name. */
    boolean matches(Message message) {
        return path.equals(message.path()) && interfaceName.equals(message.interfaceName());
    }
}
