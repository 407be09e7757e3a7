package io.heliograph.exchange;

/**
 * Gap in the publications of a channel: publications after the last delivered one may be missing.
 *
 * @param head position after which delivery continues
 */
public record Gap(String channel, Position head, GapReason reason) {}
