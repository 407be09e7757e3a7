package io.heliograph.channel;

/**
 * A member of a {@link MessageChannel}.
 *
 * @param id 32 hexadecimal digits; random, the same over all changes of hosts, and not to be had by another
 * @param pid its process, as it says itself
 */
public record Member(String id, long pid) {

    static Member of(Id id, long pid) {
        return new Member(id.toString(), pid);
    }
}
