package io.heliograph.exchange.control;

/** Change of the nodes that share an engine. */
public sealed interface NodeChange {

    Node node();

    /** A node has started. */
    record Joined(Node node) implements NodeChange {}

    /** A node has closed its engine. */
    record Left(Node node) implements NodeChange {}

    /** A node was silent for too long and has been declared dead. Its members have left. */
    record Dead(Node node) implements NodeChange {}
}
