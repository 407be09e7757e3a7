package io.heliograph.channel;

import io.heliograph.codec.Payload;

/** A message that was received. */
public record ChannelMessage(String topic, Payload payload, Member from) {}
