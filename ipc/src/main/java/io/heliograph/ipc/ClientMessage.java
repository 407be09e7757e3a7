package io.heliograph.ipc;

/**
 * A message that a server received, and who sent it.
 *
 * @param message the decoded message; null if the client sent null or nothing
 * @param client the sender, who may be gone by now
 * @param <T> what it was decoded to
 */
public record ClientMessage<T>(T message, ConnectedClient client) {}
