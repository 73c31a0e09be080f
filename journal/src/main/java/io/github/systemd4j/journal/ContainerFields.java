package io.github.systemd4j.journal;

import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The fields by which the journal drivers of docker and podman say which container a record is of, so that
 * {@code journalctl CONTAINER_NAME=web} finds records that a program in it, or for it, wrote itself:
 *
 * <table>
 * <caption>Fields, as docker's driver and conmon write them</caption>
 * <tr><td>CONTAINER_ID_FULL</td><td>64 hexadecimal digits</td></tr>
 * <tr><td>CONTAINER_ID</td><td>the first 12 of them</td></tr>
 * <tr><td>CONTAINER_NAME</td><td>the name, without the slash that docker's API puts before it</td></tr>
 * <tr><td>CONTAINER_TAG</td><td>the log driver's tag</td></tr>
 * <tr><td>IMAGE_NAME</td><td>the image</td></tr>
 * </table>
 *
 * <p>Given by {@link JournalWriter.Builder#container} for all records, or by {@link JournalRecord#container} for one.
 * Whoever may write to the journal may write these: unlike the fields that begin with an underscore, journald does not
 * vouch for them.
 *
 * <p>Immutable.
 */
public final class ContainerFields {

    private static final FieldName ID = FieldName.of("CONTAINER_ID");
    private static final FieldName ID_FULL = FieldName.of("CONTAINER_ID_FULL");
    private static final FieldName NAME = FieldName.of("CONTAINER_NAME");
    private static final FieldName TAG = FieldName.of("CONTAINER_TAG");
    private static final FieldName IMAGE = FieldName.of("IMAGE_NAME");

    private static final int SHORT_ID = 12;
    private static final int FULL_ID = 64;
    private static final int MAX_TEXT = 1024;

    private static final ContainerFields NONE = new ContainerFields(Map.of());

    private final Map<FieldName, String> fields;
    private final List<Map.Entry<FieldName, String>> entries; // gone through without an iterator

    private ContainerFields(Map<FieldName, String> fields) {
        this.fields = Collections.unmodifiableMap(fields);
        this.entries = new ArrayList<>(fields.entrySet());
    }

    /**
     * No fields, to which some may be added.
     *
     * @return those of no container
     */
    public static ContainerFields none() {
        return NONE;
    }

    /**
     * As this process was started: {@link #of} its environment.
     *
     * @return the fields, none where the environment has none
     */
    public static ContainerFields fromEnvironment() {
        return of(System.getenv());
    }

    /**
     * From variables of the same names as the fields: neither docker nor podman sets them, {@code --env} or a unit file
     * does. A full id gives the short one too, as does one that is in {@code CONTAINER_ID}. A variable whose value has
     * not the form of its field is left out.
     *
     * @param environment such as {@code CONTAINER_NAME=web}
     * @return the fields
     */
    public static ContainerFields of(Map<String, String> environment) {
        String full = environment.getOrDefault(ID_FULL.toString(), "");
        String id = isId(full) ? full : environment.getOrDefault(ID.toString(), "");
        ContainerFields found = isId(id) ? NONE.withId(id) : NONE;
        for (FieldName name : List.of(NAME, TAG, IMAGE)) {
            String value = environment.getOrDefault(name.toString(), "");
            if (isText(value)) {
                found = found.with(name, value);
            }
        }
        return found;
    }

    /**
     * The same with another id.
     *
     * @param id of 64 hexadecimal digits, a to f in lower case; or the first 12 of them, and the full one is unknown
     * @return the fields
     */
    public ContainerFields withId(String id) {
        if (!isId(id)) {
            throw new IllegalArgumentException(
                    "id: must be of " + FULL_ID + " or " + SHORT_ID + " hexadecimal digits, a to f in lower case");
        }
        Map<FieldName, String> all = new LinkedHashMap<>(fields);
        all.remove(ID_FULL);
        all.put(ID, id.substring(0, SHORT_ID));
        if (id.length() == FULL_ID) {
            all.put(ID_FULL, id);
        }
        return new ContainerFields(all);
    }

    /**
     * The same with another name.
     *
     * @param name 1 to 1024 characters, none of them a control character; a slash at its beginning is left out
     * @return the fields
     */
    public ContainerFields withName(String name) {
        return with(NAME, checked("name", name));
    }

    /**
     * The same with another tag.
     *
     * @param tag 1 to 1024 characters, none of them a control character
     * @return the fields
     */
    public ContainerFields withTag(String tag) {
        return with(TAG, checked("tag", tag));
    }

    /**
     * The same with another image.
     *
     * @param image its name, such as {@code docker.io/library/web:1.2}: 1 to 1024 characters, none of them a control
     *     character
     * @return the fields
     */
    public ContainerFields withImage(String image) {
        return with(IMAGE, checked("image", image));
    }

    private ContainerFields with(FieldName name, String value) {
        Map<FieldName, String> all = new LinkedHashMap<>(fields);
        all.put(name, name.equals(NAME) && value.startsWith("/") ? value.substring(1) : value);
        return new ContainerFields(all);
    }

    private static String checked(String parameter, String value) {
        if (!isText(value)) {
            throw new IllegalArgumentException(
                    parameter + ": must be of 1 to " + MAX_TEXT + " characters, none of them a control character");
        }
        return value;
    }

    private static boolean isId(String id) {
        return (id.length() == FULL_ID || id.length() == SHORT_ID) && id.matches("[0-9a-f]*");
    }

    private static boolean isText(String text) {
        return !text.isEmpty()
                && !text.equals("/")
                && text.length() <= MAX_TEXT
                && text.chars().noneMatch(Character::isISOControl);
    }

    /**
     * The fields as they are written.
     *
     * @return values by names, not modifiable
     */
    public Map<FieldName, String> asMap() {
        return fields;
    }

    void addTo(JournalRecord record) {
        for (int i = 0; i < entries.size(); i++) {
            record.field(entries.get(i).getKey(), entries.get(i).getValue());
        }
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof ContainerFields that && that.fields.equals(fields);
    }

    @Override
    public int hashCode() {
        return fields.hashCode();
    }

    /** {@return the fields, for messages} */
    @Override
    public String toString() {
        return fields.toString();
    }
}
