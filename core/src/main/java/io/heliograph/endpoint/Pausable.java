package io.heliograph.endpoint;

/**
 * Holds back what produces events, for as long as somebody cannot take more. Pauses are counted: it opens again when each
 * has been followed by its resume. Any thread may call.
 */
public interface Pausable {

    void pause();

    void resume();
}
