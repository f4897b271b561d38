/**
 * @file document.h
 * @brief Trees of maps, lists and values: what policies are built from, and what explanations come in.
 *
 * A policy in C is written with the same words as in YAML, in the same order:
 *
 * @code
 * triax_document_map(d, triax_text_of("segmentation"));
 *   triax_document_text(d, triax_text_of("by"), triax_text_of("arr"));
 *   triax_document_list(d, triax_text_of("segments"));
 *     triax_document_map(d, TRIAX_NO_KEY);
 *       triax_document_text(d, triax_text_of("name"), triax_text_of("global"));
 *       triax_document_number(d, triax_text_of("at_least"), 750000);
 *     triax_document_end(d);
 *   triax_document_end(d);
 * triax_document_end(d);
 * @endcode
 *
 * Writing calls remember the first failure: the rest may be called without
 * looking, and the failure comes back from each of them, from
 * triax_document_finish() and from whatever takes the document. It is
 * #TRIAX_EINVAL (a key missing or too many, nothing open, the document
 * finished or NULL), #TRIAX_EPOLICY (text that is not UTF-8), #TRIAX_ELIMIT
 * (too many nodes or too deep) or #TRIAX_ENOMEM.
 */
#ifndef TRIAX_DOCUMENT_H
#define TRIAX_DOCUMENT_H

#include <triax/base.h>

TRIAX_BEGIN_DECLS

/** @brief A tree. Writable by one thread at a time; once finished, readable by any number. @since 0.1 */
typedef struct triax_document triax_document;

/** The key of an item of a list. @since 0.1 */
#define TRIAX_NO_KEY (triax_text_of(NULL))

/** Most nodes that a document may have; those that the library writes as results may have more. @since 0.1 */
#define TRIAX_DOCUMENT_NODES 100000
/** Deepest nesting that a document may have. @since 0.1 */
#define TRIAX_DOCUMENT_DEPTH 64

/** Not a node. @since 0.1 */
#define TRIAX_KIND_NONE 0
/** Keys with values. @since 0.1 */
#define TRIAX_KIND_MAP 1
/** Values in order. @since 0.1 */
#define TRIAX_KIND_LIST 2
/** Text as the writer gave it; what it means is decided by the key that holds it. @since 0.1 */
#define TRIAX_KIND_TEXT 3
/** A number. @since 0.1 */
#define TRIAX_KIND_NUMBER 4
/** true or false. @since 0.1 */
#define TRIAX_KIND_BOOLEAN 5
/** A missing value: YAML's null. @since 0.1 */
#define TRIAX_KIND_MISSING 6

/**
 * @brief Makes a document whose root is an open map. Free with triax_document_free().
 * @return #TRIAX_OK, #TRIAX_EINVAL, #TRIAX_ENOMEM
 * @since 0.1
 */
TRIAX_API triax_status triax_document_new(triax_context *context, triax_document **document, triax_error *error);
/** @brief Frees a document with all its texts; NULL is allowed. @since 0.1 */
TRIAX_API void triax_document_free(triax_document *document);

/**
 * @brief Names the source, so that messages can show its lines. Both texts are copied.
 * @param document the document
 * @param name a file's name, for messages
 * @param text the whole source, or not given
 * @return #TRIAX_OK, #TRIAX_EPOLICY (not UTF-8), or as the other writing calls
 * @since 0.1
 */
TRIAX_API triax_status triax_document_source(triax_document *document, triax_text name, triax_text text);
/**
 * @brief Says where in the source the next node stands; for one node.
 * @param document the document
 * @param key_line,key_column 1-based place of its key, 0 if none
 * @param line,column 1-based place of its value, in code points
 * @param exact 1 when the value's text stands in the source as it is, from that place on and on one line, so that
 *        places inside of it can be shown; else 0
 * @return #TRIAX_OK, #TRIAX_EINVAL (below 0), or as the other writing calls
 * @since 0.1
 */
TRIAX_API triax_status triax_document_place(triax_document *document, int32_t key_line, int32_t key_column,
                                            int32_t line, int32_t column, int32_t exact);

/** @brief Opens a map under `key` (#TRIAX_NO_KEY within a list). Duplicate keys are found when the document is used. @since 0.1 */
TRIAX_API triax_status triax_document_map(triax_document *document, triax_text key);
/** @brief Opens a list. @since 0.1 */
TRIAX_API triax_status triax_document_list(triax_document *document, triax_text key);
/** @brief Closes the map or list opened last. @since 0.1 */
TRIAX_API triax_status triax_document_end(triax_document *document);
/** @brief Adds text (copied), for every kind of value as the policy file would write it: "750k", "10%", "arr > 5". @since 0.1 */
TRIAX_API triax_status triax_document_text(triax_document *document, triax_text key, triax_text value);
/** @brief Adds a number; NaN and infinities are refused. @since 0.1 */
TRIAX_API triax_status triax_document_number(triax_document *document, triax_text key, double value);
/** @brief Adds true (non-zero) or false. @since 0.1 */
TRIAX_API triax_status triax_document_boolean(triax_document *document, triax_text key, int32_t value);
/** @brief Adds a missing value. @since 0.1 */
TRIAX_API triax_status triax_document_missing(triax_document *document, triax_text key);
/**
 * @brief Ends the writing: everything must be closed.
 * @return #TRIAX_OK, the first failure of any writing call, or #TRIAX_EINVAL (something is open)
 * @since 0.1
 */
TRIAX_API triax_status triax_document_finish(triax_document *document, triax_error *error);

/** @brief A node's number; 0 is the root. @since 0.1 */
typedef uint64_t triax_node;
/** Not a node: what searches give when there is nothing. @since 0.1 */
#define TRIAX_NO_NODE UINT64_MAX

/** @brief TRIAX_KIND_… of a node; #TRIAX_KIND_NONE for what is not a node. @since 0.1 */
TRIAX_API int32_t triax_document_kind(const triax_document *document, triax_node node);
/** @brief The node's key; not given for items of a list and the root. Belongs to the document. @since 0.1 */
TRIAX_API triax_text triax_document_key(const triax_document *document, triax_node node);
/** @brief Number of children of a map or list; 0 for others. @since 0.1 */
TRIAX_API uint64_t triax_document_count(const triax_document *document, triax_node node);
/** @brief First child of a map or list, or #TRIAX_NO_NODE. @since 0.1 */
TRIAX_API triax_node triax_document_first(const triax_document *document, triax_node node);
/** @brief Next sibling, or #TRIAX_NO_NODE. @since 0.1 */
TRIAX_API triax_node triax_document_next(const triax_document *document, triax_node node);
/** @brief Child of a map by key, or #TRIAX_NO_NODE. @since 0.1 */
TRIAX_API triax_node triax_document_find(const triax_document *document, triax_node node, triax_text key);
/** @brief A value as text: as written, or a number in its shortest exact form, "true", "false"; else not given. Belongs to
 * the document. @since 0.1 */
TRIAX_API triax_text triax_document_as_text(const triax_document *document, triax_node node);
/** @brief The value of a number node; 0 for other kinds. @since 0.1 */
TRIAX_API double triax_document_as_number(const triax_document *document, triax_node node);
/** @brief 1 for a boolean node that is true, else 0. @since 0.1 */
TRIAX_API int32_t triax_document_as_boolean(const triax_document *document, triax_node node);

TRIAX_END_DECLS

#endif
