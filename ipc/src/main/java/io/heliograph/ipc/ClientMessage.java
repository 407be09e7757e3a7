package io.heliograph.ipc;

/**
 * A message that a server received, with the connection of its sender.
 *
 * @param message the decoded message; null if the client sent null or no message
 * @param client the connection of the sender, which may be closed by now
 * @param <T> the type of the decoded message
 */
public record ClientMessage<T>(T message, IpcConnection client) {}
