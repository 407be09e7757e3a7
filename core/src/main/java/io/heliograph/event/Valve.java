package io.heliograph.event;

/**
 * Holds back what produces events, for as long as somebody cannot take more. Pauses are counted: it opens again when each
 * has been followed by its resume. Any thread may call.
 */
public interface Valve {

    void pause();

    void resume();
}
