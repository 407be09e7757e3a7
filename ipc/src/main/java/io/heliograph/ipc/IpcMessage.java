package io.heliograph.ipc;

import io.heliograph.codec.Payload;

/**
 * A received message.
 *
 * @param topic the topic; {@code none} if the message has no topic
 * @param payload the value, decoded on demand; a JSON {@code null} if the message has no value
 */
public record IpcMessage(String topic, Payload payload) {}
