package io.heliograph.ipc;

import io.heliograph.codec.Payload;

/**
 * A message as it was received.
 *
 * @param topic never empty: a message that came without a topic has the topic {@code none}
 * @param payload the value, decoded when asked; the JSON {@code null} if the message came without one
 */
public record IpcMessage(String topic, Payload payload) {}
