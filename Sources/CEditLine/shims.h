// The line editor of the system (libedit). Swift cannot call its variadic functions; the few calls that are needed stand here
// with fixed arguments. `lotse_line_read` is the editor's source of characters: it also wakes when another thread wants it to.
#ifndef LOTSE_CEDITLINE_SHIMS_H
#define LOTSE_CEDITLINE_SHIMS_H

#include <errno.h>
#include <histedit.h>
#include <poll.h>
#include <stdio.h>
#include <sys/prctl.h>
#include <unistd.h>
#include <wchar.h>
#include <wctype.h>

// Declared by wchar.h only for X/Open programs.
int wcwidth(wchar_t character);

struct lotse_line_input {
    int input;
    int wake;
    char prompt[256];
    void *owner;
    // The wake descriptor became readable: whether the line goes on.
    int (*woken)(void *owner);
    // The Tab key; one of CC_….
    int (*tab)(void *owner);
};

static inline struct lotse_line_input *lotse_line_input_of(EditLine *editor) {
    struct lotse_line_input *input = NULL;
    el_get(editor, EL_CLIENTDATA, &input);
    return input;
}

static inline char *lotse_line_prompt(EditLine *editor) { return lotse_line_input_of(editor)->prompt; }

// 1 byte that came, 0 at the end, -1 where the line is given up.
static inline int lotse_line_byte(struct lotse_line_input *input, unsigned char *byte) {
    for (;;) {
        struct pollfd events[2] = {{input->input, POLLIN, 0}, {input->wake, POLLIN, 0}};
        if (poll(events, 2, -1) < 0) {
            if (errno == EINTR) continue;
            return 0;
        }
        if (events[1].revents) {
            if (!input->woken(input->owner)) return -1;
            continue;
        }
        ssize_t count = read(input->input, byte, 1);
        if (count < 0 && (errno == EINTR || errno == EAGAIN)) continue;
        return count == 1 ? 1 : 0;
    }
}

// One character of UTF-8; bytes that are none become U+FFFD.
static inline int lotse_line_read(EditLine *editor, wchar_t *character) {
    struct lotse_line_input *input = lotse_line_input_of(editor);
    unsigned char byte = 0;
    int result = lotse_line_byte(input, &byte);
    if (result != 1) return result;
    int more = byte < 0x80 ? 0 : byte < 0xC2 ? -1 : byte < 0xE0 ? 1 : byte < 0xF0 ? 2 : byte < 0xF5 ? 3 : -1;
    unsigned long value = more <= 0 ? byte : byte & (0x3F >> more);
    if (more < 0) value = 0xFFFD;
    while (more-- > 0) {
        result = lotse_line_byte(input, &byte);
        if (result != 1) return result;
        if ((byte & 0xC0) != 0x80) {
            value = 0xFFFD;
            break;
        }
        value = value << 6 | (byte & 0x3F);
    }
    *character = (wchar_t)value;
    return 1;
}

static inline EditLine *lotse_line_editor(void) { return el_init("lotse", stdin, stdout, stderr); }

static inline unsigned char lotse_line_tab(EditLine *editor, int key) {
    (void)key;
    struct lotse_line_input *input = lotse_line_input_of(editor);
    return (unsigned char)input->tab(input->owner);
}

static inline void lotse_line_set_up(EditLine *editor, struct lotse_line_input *input, History *history_) {
    el_set(editor, EL_CLIENTDATA, input);
    el_set(editor, EL_PROMPT, lotse_line_prompt);
    el_set(editor, EL_EDITOR, "emacs");
    el_set(editor, EL_SIGNAL, 0);
    el_set(editor, EL_GETCFN, lotse_line_read);
    el_set(editor, EL_HIST, history, history_);
    el_set(editor, EL_ADDFN, "lotse-complete", "complete the word at the cursor", lotse_line_tab);
    el_set(editor, EL_BIND, "^I", "lotse-complete", NULL);
}

// In which row below the prompt's first one the editor draws the cursor, or the end of the line, where the prompt is so wide.
static inline int lotse_line_row(EditLine *editor, int prompt, int columns, int whole) {
    const LineInfoW *line = el_wline(editor);
    if (columns < 1) columns = 80;
    int row = prompt / columns, column = prompt % columns;
    const wchar_t *end = whole ? line->lastchar : line->cursor;
    for (const wchar_t *place = line->buffer; place < end; place++) {
        wint_t character = (wint_t)*place;
        int width;
        if (character == L'\n') {
            row++;
            column = 0;
            continue;
        } else if (character == L'\t') {
            width = 8 - column % 8;
        } else if (iswcntrl(character)) {
            width = 2;
        } else if (!iswprint(character)) {
            width = character > 0xFFFF ? 8 : 7;
        } else {
            width = wcwidth(*place);
            if (width < 0) width = 0;
            // A wide character is not split at the margin.
            if (column + width > columns) {
                row++;
                column = 0;
            }
        }
        column += width;
        row += column / columns;
        column %= columns;
    }
    return row;
}

// Draws prompt and line where the cursor is, at the beginning of a row.
static inline void lotse_line_redraw(EditLine *editor) { el_set(editor, EL_REFRESH); }

// Writes text of ours in order with what the editor writes; it is on the screen after the next flush, which may be the editor's own.
static inline void lotse_line_write(const char *text) { fputs(text, stdout); }

static inline void lotse_line_flush(void) { fflush(stdout); }

static inline int lotse_history_size(History *history_, int size) {
    HistEvent event;
    return history(history_, &event, H_SETSIZE, size);
}

static inline int lotse_history_unique(History *history_) {
    HistEvent event;
    return history(history_, &event, H_SETUNIQUE, 1);
}

static inline int lotse_history_enter(History *history_, const char *line) {
    HistEvent event;
    return history(history_, &event, H_ENTER, line);
}

static inline int lotse_history_load(History *history_, const char *path) {
    HistEvent event;
    return history(history_, &event, H_LOAD, path);
}

static inline int lotse_history_save(History *history_, const char *path) {
    HistEvent event;
    return history(history_, &event, H_SAVE, path);
}

// A process whose memory holds codes and keys leaves no core dump and cannot be traced by others.
static inline int lotse_undumpable(void) { return prctl(PR_SET_DUMPABLE, 0, 0, 0, 0); }

#endif
