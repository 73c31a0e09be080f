package io.github.systemd4j.journal;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.github.systemd4j.journal.NativeProtocol.Field;
import io.github.systemd4j.linux.Diagnostics;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;

/** The service of {@link JournalBoxIT}: writes the cases below, one record each, and says what became of them. */
public final class BoxProgram {

    private BoxProgram() {}

    /** Fields by the name of their case. */
    static Map<String, List<Field>> cases() {
        byte[] noise = new byte[300_000];
        new Random(1).nextBytes(noise);
        byte[] every = new byte[256];
        for (int i = 0; i < 256; i++) {
            every[i] = (byte) i;
        }
        byte[] huge = new byte[5_000_000];
        huge[4_999_999] = 1;
        Map<String, List<Field>> cases = new LinkedHashMap<>();
        cases.put("text", List.of(Field.text("MESSAGE", "läuft 日本語 😀 \u0001 end "), Field.text("PRIORITY", "3")));
        cases.put("lines", List.of(Field.text("MESSAGE", "one\n\ntwo\n"), Field.text("OTHER", "\n")));
        cases.put("binary", List.of(Field.of("BINARY", every)));
        cases.put("nul", List.of(Field.text("MESSAGE", "before\0after"), Field.of("NUL", (byte) 0)));
        cases.put("empty", List.of(Field.text("EMPTY", ""), Field.text("MESSAGE", "with an empty field")));
        cases.put("long-name", List.of(Field.text("N".repeat(64), "64")));
        cases.put("repeated", List.of(Field.text("AGAIN", "1"), Field.text("AGAIN", "2"), Field.of("AGAIN", every)));
        cases.put("300kB", List.of(Field.of("NOISE", noise), Field.text("MESSAGE", "long ".repeat(60_000))));
        cases.put("5MB", List.of(Field.of("HUGE", huge), Field.text("MESSAGE", "ü\n".repeat(1_000_000))));
        cases.put("forging", List.of(Field.text("MESSAGE", "real\n\nPRIORITY=0\nMESSAGE=forged\n\n.\n")));
        cases.put(
                "escaped",
                List.of(Field.text(FieldName.escaped("größe der.Datei").toString(), "1")));
        List<Field> many = new ArrayList<>();
        for (int i = 0; i < RecordBuffer.MAX_FIELDS - 3; i++) { // the two of every case, and one left for the remark
            many.add(Field.text("MANY", Integer.toString(i)));
        }
        cases.put("many", many);
        return cases;
    }

    static void write(JournalWriter writer, String run, String name, List<Field> fields) throws Exception {
        JournalRecord record = JournalRecord.create().field("TEST_RUN", run).field("TEST_CASE", name);
        for (Field field : fields) {
            byte[] value = new byte[field.value().size()];
            for (int i = 0; i < value.length; i++) {
                value[i] = field.value().get(i);
            }
            String text = new String(value, UTF_8);
            if (text.indexOf('\uFFFD') < 0) {
                record.field(field.name(), text);
            } else {
                record.field(FieldName.of(field.name()), value);
            }
        }
        if (name.equals("many")) {
            record.field("TOO", "many");
        }
        writer.send(record).orThrow();
    }

    public static void main(String[] args) throws Exception {
        try (JournalWriter writer = JournalWriter.open()) {
            for (Map.Entry<String, List<Field>> each : cases().entrySet()) {
                write(writer, args[0], each.getKey(), each.getValue());
            }
            System.out.println("dropped " + writer.dropped() + " by "
                    + Diagnostics.current().backend());
        }
    }
}
