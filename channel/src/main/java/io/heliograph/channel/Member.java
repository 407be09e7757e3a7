package io.heliograph.channel;

/**
 * A member of a {@link MessageChannel}.
 *
 * @param id 32 hexadecimal digits; random, unchanged by takeovers, and not forgeable by other members
 * @param pid the process id, as stated by the member
 */
public record Member(String id, long pid) {}
