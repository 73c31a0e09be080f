package io.github.systemd4j.machine;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.nio.ByteBuffer;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Optional;
import java.util.UUID;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * A 128-bit id, as machines, boots and containers have them, sd-id128(3). Which bits of a UUID say its kind is of no
 * meaning here: the id of a container is just the beginning of its name. Immutable.
 *
 * @param high the first eight bytes, the first one the most significant
 * @param low the last eight bytes
 */
public record Id128(long high, long low) implements Comparable<Id128> {

    private static final int BYTES = 16;
    private static final int DIGITS = 2 * BYTES;

    /** The namespace in which names of containers are made ids, RFC 9562, 6.6; of no meaning but to be ours alone. */
    private static final Id128 CONTAINER_NAMES = new Id128(0x8b1f6c5e0d4b4c3aL, 0x9f27d1a35e60c482L);

    /**
     * The id that a text has, in either of the two forms that systemd takes: 32 hexadecimal digits, or a UUID with its
     * four dashes, sd_id128_from_string(3). Capital letters are taken too.
     *
     * @param text such as {@code 3d1219c7c4c5404aaa1f6d2a48adfda4} or {@code 3d1219c7-c4c5-404a-aa1f-6d2a48adfda4}
     * @return the id, empty if the text has neither form
     */
    public static Optional<Id128> parse(String text) {
        String digits = text;
        if (text.length() == DIGITS + 4) {
            for (int dash : new int[] {8, 13, 18, 23}) {
                if (text.charAt(dash) != '-') {
                    return Optional.empty();
                }
            }
            digits = text.substring(0, 8)
                    + text.substring(9, 13)
                    + text.substring(14, 18)
                    + text.substring(19, 23)
                    + text.substring(24);
        }
        return digits.length() == DIGITS ? leading(digits) : Optional.empty();
    }

    /** The id of the first 32 digits, if that is what they are. */
    private static Optional<Id128> leading(String text) {
        for (int i = 0; i < DIGITS; i++) {
            if (!HexFormat.isHexDigit(text.charAt(i))) {
                return Optional.empty();
            }
        }
        return Optional.of(new Id128(
                HexFormat.fromHexDigitsToLong(text, 0, BYTES), HexFormat.fromHexDigitsToLong(text, BYTES, DIGITS)));
    }

    /**
     * The id that a text has, where anything else is a mistake in the program.
     *
     * @param text in one of the forms of {@link #parse}
     * @return the id
     * @throws IllegalArgumentException if it is neither
     */
    public static Id128 of(String text) {
        return parse(text)
                .orElseThrow(() -> new IllegalArgumentException(
                        "text: \"" + text + "\" must be 32 hexadecimal digits, or a UUID with dashes"));
    }

    /**
     * The id that a UUID is.
     *
     * @param uuid any
     * @return the same bits
     */
    public static Id128 of(UUID uuid) {
        return new Id128(uuid.getMostSignificantBits(), uuid.getLeastSignificantBits());
    }

    /**
     * The id of the machine that a container is, made of the container's id as podman and oci-systemd-hook make it for
     * {@code container_uuid} and {@code /etc/machine-id}: the first 32 hexadecimal digits, as digits.
     *
     * <p>The hook oci-register-machine took the characters for bytes instead: the machine of container
     * {@code cc8d10c7b9892b75...} was registered as {@code 63633864313063376239383932623735}, which is "cc8d10c7b9892b75"
     * in ASCII, and its journal was found under no name.
     *
     * <p>runc and crun take other ids as well. One that is a UUID is that id. Any other becomes a UUID by its name, RFC
     * 9562 version 5: always the same one, and {@code uuidgen --sha1 --namespace
     * 8b1f6c5e-0d4b-4c3a-9f27-d1a35e60c482 --name ID} says which.
     *
     * @param containerId the id that the runtime knows the container by
     * @return the id
     * @throws IllegalArgumentException if {@code containerId} is empty
     */
    public static Id128 ofContainerId(String containerId) {
        if (containerId.isEmpty()) {
            throw new IllegalArgumentException("containerId: must not be empty");
        }
        Optional<Id128> id = containerId.length() >= DIGITS && isHexadecimal(containerId)
                ? leading(containerId)
                : parse(containerId);
        return id.orElseGet(() -> named(CONTAINER_NAMES, containerId));
    }

    private static boolean isHexadecimal(String text) {
        return text.chars().allMatch(HexFormat::isHexDigit);
    }

    /** RFC 9562, 5.5. */
    private static Id128 named(Id128 namespace, String name) {
        try {
            MessageDigest sha1 = MessageDigest.getInstance("SHA-1");
            sha1.update(namespace.toBytes());
            return uuid(sha1.digest(name.getBytes(UTF_8)), 5);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("a JDK without SHA-1", e);
        }
    }

    /**
     * This id, of a machine or a boot, made unrecognisable for one application. The id itself is not to leave the
     * machine; this one may: it cannot be turned back, and two applications' ids do not show that the machine is the
     * same. It is what sd_id128_get_machine_app_specific(3) gives, and {@code systemd-id128 machine-id
     * --app-specific=}.
     *
     * @param application the id of the application, any that it made once and kept
     * @return a UUID of version 4
     */
    public Id128 appSpecific(Id128 application) {
        try {
            Mac hmac = Mac.getInstance("HmacSHA256");
            hmac.init(new SecretKeySpec(toBytes(), "HmacSHA256"));
            return uuid(hmac.doFinal(application.toBytes()), 4);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("a JDK without HmacSHA256", e);
        }
    }

    /** The first bytes of a digest, with the bits that say what kind of UUID it is. */
    private static Id128 uuid(byte[] digest, int version) {
        ByteBuffer bytes = ByteBuffer.wrap(Arrays.copyOf(digest, BYTES));
        long high = (bytes.getLong() & ~0xF000L) | ((long) version << 12);
        long low = (bytes.getLong() & ~(3L << 62)) | (2L << 62);
        return new Id128(high, low);
    }

    /**
     * Whether all bits are zero, which systemd takes for no id.
     *
     * @return whether they are
     */
    public boolean isNull() {
        return (high | low) == 0;
    }

    /**
     * The bytes.
     *
     * @return 16 of them, a new array each time
     */
    public byte[] toBytes() {
        return ByteBuffer.allocate(BYTES).putLong(high).putLong(low).array();
    }

    /**
     * As a UUID, whose text has dashes.
     *
     * @return the same bits
     */
    public UUID toUuid() {
        return new UUID(high, low);
    }

    @Override
    public int compareTo(Id128 other) {
        int order = Long.compareUnsigned(high, other.high);
        return order == 0 ? Long.compareUnsigned(low, other.low) : order;
    }

    /**
     * As {@code /etc/machine-id} has it.
     *
     * @return 32 hexadecimal digits in lower case
     */
    @Override
    public String toString() {
        HexFormat hex = HexFormat.of();
        return hex.toHexDigits(high) + hex.toHexDigits(low);
    }
}
