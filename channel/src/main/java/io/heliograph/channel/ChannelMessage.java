package io.heliograph.channel;

import io.heliograph.codec.Payload;

/** A received message. */
public record ChannelMessage(String topic, Payload payload, Member from) {}
