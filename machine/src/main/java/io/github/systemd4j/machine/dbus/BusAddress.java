package io.github.systemd4j.machine.dbus;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.github.systemd4j.machine.dbus.BusException.Kind;
import java.io.ByteArrayOutputStream;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/** The address of a bus: {@code unix:path=/run/dbus/system_bus_socket,guid=...;...}, the first that we can use. */
final class BusAddress {

    private static final String PATH = "path=";

    private BusAddress() {}

    static Path path(String addresses) throws BusException {
        for (String address : addresses.split(";", -1)) {
            if (address.startsWith("unix:")) {
                Path path = pathOf(address.substring("unix:".length()));
                if (path != null) {
                    return path;
                }
            }
        }
        throw new BusException(
                Kind.NO_BUS, "connect(" + addresses + "): no unix:path= in it, which is all that we can use", null);
    }

    private static @Nullable Path pathOf(String pairs) {
        for (String pair : pairs.split(",", -1)) {
            if (pair.startsWith(PATH) && pair.length() > PATH.length()) {
                try {
                    return Path.of(unescaped(pair.substring(PATH.length())));
                } catch (InvalidPathException | NumberFormatException e) {
                    return null;
                }
            }
        }
        return null;
    }

    private static String unescaped(String value) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        for (int at = 0; at < value.length(); at++) {
            char c = value.charAt(at);
            if (c == '%' && at + 2 < value.length()) {
                bytes.write(Integer.parseInt(value, at + 1, at + 3, 16));
                at += 2;
            } else {
                bytes.writeBytes(String.valueOf(c).getBytes(UTF_8));
            }
        }
        return bytes.toString(UTF_8);
    }
}
