package io.github.systemd4j.machine.dbus;

import java.net.ProtocolException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A message that was received. Immutable, but for the arrays in its body. */
public final class Message {

    static final int CALL = 1;
    static final int RETURN = 2;
    static final int ERROR = 3;
    static final int SIGNAL = 4;

    /** The fixed part, and the length of the header's fields. */
    static final int PREFIX = 16;

    private static final int VERSION = 1;
    private static final int MAX_LENGTH = 1 << 27;
    private static final int MAX_FIELDS = 1 << 26;

    private final int type;
    private long replySerial;
    private @Nullable String path;
    private @Nullable String interfaceName;
    private @Nullable String member;
    private @Nullable String errorName;
    private @Nullable String sender;
    private String signature = "";
    private List<Object> body = List.of();

    private Message(int type) {
        this.type = type;
    }

    int type() {
        return type;
    }

    long replySerial() {
        return replySerial;
    }

    @Nullable
    String errorName() {
        return errorName;
    }

    /**
     * The object that sent a signal.
     *
     * @return its path, or nothing if this is no signal
     */
    public @Nullable String path() {
        return path;
    }

    @Nullable
    String interfaceName() {
        return interfaceName;
    }

    /**
     * What a signal is called.
     *
     * @return its name, or nothing if this is no signal
     */
    public @Nullable String member() {
        return member;
    }

    /**
     * Who has sent it, as the bus says.
     *
     * @return a unique name, {@code org.freedesktop.DBus} for the bus itself; nothing without a bus
     */
    public @Nullable String sender() {
        return sender;
    }

    /**
     * The types of the body.
     *
     * @return a signature, empty for no body
     */
    public String signature() {
        return signature;
    }

    /**
     * The values. Integers of every width are {@link Long}s, an {@code ay} is a {@code byte[]}, other arrays and structs
     * are lists.
     *
     * @return as many as the signature has types
     */
    public List<Object> body() {
        return body;
    }

    /** What an error says in words, empty if nothing. */
    String text() {
        return !body.isEmpty() && body.get(0) instanceof String text ? text : "";
    }

    /** A call; the reply has its serial. */
    static ByteBuffer call(
            int serial,
            String destination,
            String path,
            String interfaceName,
            String member,
            String signature,
            List<?> values) {
        Encoder out = new Encoder(ByteOrder.LITTLE_ENDIAN);
        out.u8('l');
        out.u8(CALL);
        out.u8(0); // no flags: whoever can be started for it is to be started
        out.u8(VERSION);
        out.u32(0);
        out.u32(serial);
        out.u32(0);
        field(out, Field.PATH, 'o', path);
        field(out, Field.MEMBER, 's', member);
        field(out, Field.INTERFACE, 's', interfaceName);
        field(out, Field.DESTINATION, 's', destination);
        if (!signature.isEmpty()) {
            out.align(8);
            out.u8(Field.SIGNATURE);
            out.signature("g");
            out.signature(signature);
        }
        out.patch(12, out.position() - PREFIX);
        out.align(8);
        int body = out.position();
        out.values(signature, values);
        out.patch(4, out.position() - body);
        return out.finish();
    }

    private static void field(Encoder out, int code, char type, String value) {
        out.align(8);
        out.u8(code);
        out.signature(String.valueOf(type));
        out.string(value);
    }

    /** The codes of the header's fields. */
    private static final class Field {
        static final int PATH = 1;
        static final int INTERFACE = 2;
        static final int MEMBER = 3;
        static final int ERROR_NAME = 4;
        static final int REPLY_SERIAL = 5;
        static final int DESTINATION = 6;
        static final int SENDER = 7;
        static final int SIGNATURE = 8;

        private Field() {}
    }

    private static ByteOrder order(ByteBuffer bytes) throws ProtocolException {
        return switch (bytes.get(bytes.position())) {
            case 'l' -> ByteOrder.LITTLE_ENDIAN;
            case 'B' -> ByteOrder.BIG_ENDIAN;
            default -> throw new ProtocolException("the message is not D-Bus: it has no byte order");
        };
    }

    /** How long the message will be that begins at the buffer's position. At least {@link #PREFIX} bytes are there. */
    static int length(ByteBuffer bytes) throws ProtocolException {
        ByteBuffer prefix = bytes.slice().order(order(bytes));
        long fields = prefix.getInt(12) & 0xFFFF_FFFFL;
        long length = PREFIX + ((fields + 7) & ~7L) + (prefix.getInt(4) & 0xFFFF_FFFFL);
        if (fields > MAX_FIELDS || length > MAX_LENGTH || prefix.get(3) != VERSION) {
            throw new ProtocolException("the message is not D-Bus: its header is wrong");
        }
        return (int) length;
    }

    /** Whether the message that begins at the buffer's position answers a call. At least {@link #PREFIX} bytes are there. */
    static boolean isReply(ByteBuffer bytes) {
        int type = bytes.get(bytes.position() + 1);
        return type == RETURN || type == ERROR;
    }

    /** Reads a message, of exactly so many bytes. */
    static Message parse(ByteBuffer bytes) throws ProtocolException {
        if (bytes.remaining() < PREFIX || length(bytes) != bytes.remaining()) {
            throw new ProtocolException("the message is not D-Bus: it is not as long as it says");
        }
        ByteBuffer all = bytes.slice().order(order(bytes));
        Message message = new Message(all.get(1));
        int fields = PREFIX + all.getInt(12);
        Decoder header =
                new Decoder(all.duplicate().order(all.order()).position(PREFIX).limit(fields));
        while (header.position() < fields) {
            header.align(8);
            message.set(header.u8(), header.values("v").get(0));
        }
        int start = (fields + 7) & ~7;
        Decoder body = new Decoder(all.slice(start, all.limit() - start).order(all.order()));
        message.body = body.values(message.signature);
        if (body.position() != all.limit() - start) {
            throw new ProtocolException("the message is not D-Bus: its body is longer than its signature says");
        }
        message.require();
        return message;
    }

    /** A field that is not known is not looked at, as the specification demands. */
    private void set(int code, Object field) throws ProtocolException {
        Variant variant = (Variant) field;
        String type = variant.signature();
        switch (code) {
            case Field.PATH -> path = text(variant, "o");
            case Field.INTERFACE -> interfaceName = text(variant, "s");
            case Field.MEMBER -> member = text(variant, "s");
            case Field.ERROR_NAME -> errorName = text(variant, "s");
            case Field.SENDER -> sender = text(variant, "s");
            case Field.SIGNATURE -> signature = text(variant, "g");
            case Field.REPLY_SERIAL -> {
                if (!type.equals("u")) {
                    throw wrongField();
                }
                replySerial = (Long) variant.value();
            }
            default -> {
                // the destination is us; descriptors are not asked for
            }
        }
    }

    private static String text(Variant field, String type) throws ProtocolException {
        if (!field.signature().equals(type)) {
            throw wrongField();
        }
        return (String) field.value();
    }

    /** What each type of message must have. */
    private void require() throws ProtocolException {
        boolean complete = switch (type) {
            case RETURN -> replySerial != 0;
            case ERROR -> replySerial != 0 && errorName != null;
            case SIGNAL -> path != null && interfaceName != null && member != null;
            default -> true;
        };
        if (!complete) {
            throw wrongField();
        }
    }

    private static ProtocolException wrongField() {
        return new ProtocolException("the message is not D-Bus: a field of its header is missing or of another type");
    }
}
