package io.heliograph.endpoint;

/**
 * Source of events that can be paused. Pauses are counted: the source continues when each pause has been followed by a resume.
 * Thread-safe.
 */
public interface Pausable {

    void pause();

    void resume();
}
