package io.github.systemd4j.machine.dbus;

/**
 * A value that says its type.
 *
 * @param signature one complete type
 * @param value as {@link Encoder} takes it and {@link Decoder} gives it
 */
public record Variant(String signature, Object value) {

    /** Checks the type, not the value. */
    public Variant {
        if (!Signature.isOne(signature)) {
            throw new IllegalArgumentException("signature: " + signature + " is not one complete type");
        }
    }
}
