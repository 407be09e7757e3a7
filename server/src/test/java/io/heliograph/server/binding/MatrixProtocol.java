package io.heliograph.server.binding;

import io.heliograph.server.Hub;
import java.util.function.Function;

/**
 * Protocol of the matrix.
 *
 * @param echo whether a publisher receives its own publications
 * @param names whether errors have names; otherwise codes
 * @param received data that the client receives of a sample
 * @param opener connects a client
 */
record MatrixProtocol(
        String name, boolean echo, boolean names, Function<Sample, String> received, Function<Hub, MatrixEnd> opener) {

    @Override
    public String toString() {
        return name;
    }
}
