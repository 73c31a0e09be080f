package io.github.systemd4j.machine.dbus;

/** Types of D-Bus, as its specification writes them: {@code a{sv}}. */
final class Signature {

    static final int MAX_LENGTH = 255;
    private static final int MAX_ARRAYS = 32;
    private static final int MAX_STRUCTS = 32;
    private static final int INVALID = -1;

    private Signature() {}

    /** Whether it is a sequence of complete types, or empty. */
    static boolean isValid(String signature) {
        if (signature.length() > MAX_LENGTH) {
            return false;
        }
        int at = 0;
        while (at >= 0 && at < signature.length()) {
            at = check(signature, at, 0, 0);
        }
        return at >= 0;
    }

    /** Whether it is exactly one complete type. */
    static boolean isOne(String signature) {
        return !signature.isEmpty()
                && signature.length() <= MAX_LENGTH
                && check(signature, 0, 0, 0) == signature.length();
    }

    /** Where the complete type ends that begins here. The signature is valid. */
    static int end(String signature, int start) {
        int at = start;
        while (signature.charAt(at) == 'a') {
            at++;
        }
        char type = signature.charAt(at);
        if (type != '(' && type != '{') {
            return at + 1;
        }
        int depth = 0;
        do {
            switch (signature.charAt(at++)) {
                case '(', '{' -> depth++;
                case ')', '}' -> depth--;
                default -> {
                    // a part of it
                }
            }
        } while (depth > 0);
        return at;
    }

    /** The alignment of a type by its first character. */
    static int alignment(char type) {
        return switch (type) {
            case 'y', 'g', 'v' -> 1;
            case 'n', 'q' -> 2;
            case 'x', 't', 'd', '(', '{' -> 8;
            default -> 4;
        };
    }

    private static boolean isBasic(char type) {
        return "ybnqiuxtdsogh".indexOf(type) >= 0;
    }

    /** Where the type ends that begins here, or {@link #INVALID}. */
    private static int check(String signature, int start, int arrays, int structs) {
        if (start >= signature.length() || arrays > MAX_ARRAYS || structs > MAX_STRUCTS) {
            return INVALID;
        }
        char type = signature.charAt(start);
        if (isBasic(type) || type == 'v') {
            return start + 1;
        } else if (type == 'a') {
            boolean entries = start + 1 < signature.length() && signature.charAt(start + 1) == '{';
            return entries
                    ? checkEntry(signature, start + 2, arrays + 1, structs)
                    : check(signature, start + 1, arrays + 1, structs);
        }
        return type == '(' ? checkStruct(signature, start + 1, arrays, structs + 1) : INVALID;
    }

    private static int checkStruct(String signature, int start, int arrays, int structs) {
        int at = check(signature, start, arrays, structs); // an empty one is none
        while (at >= 0 && at < signature.length() && signature.charAt(at) != ')') {
            at = check(signature, at, arrays, structs);
        }
        return at >= 0 && at < signature.length() ? at + 1 : INVALID;
    }

    private static int checkEntry(String signature, int start, int arrays, int structs) {
        if (start >= signature.length() || !isBasic(signature.charAt(start))) {
            return INVALID;
        }
        int at = check(signature, start + 1, arrays, structs + 1);
        return at >= 0 && at < signature.length() && signature.charAt(at) == '}' ? at + 1 : INVALID;
    }
}
