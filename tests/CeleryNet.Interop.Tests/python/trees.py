"""Starts workflows and walks over their results, as Python programs do. A result comes and goes as its tuple."""
from app import app
from celery import chain, chord, group
from celery.result import GroupResult, result_from_tuple

TIMEOUT = 30


def workflow(expression, queue):
    """Starts what the expression makes of chain, group, chord and s("task", argument, …)."""

    def s(name, *args):
        return app.signature("interop." + name, args=args, queue=queue)

    return eval(expression, {"chain": chain, "chord": chord, "group": group, "s": s}).apply_async().as_tuple()


def collected(result):
    """The results of the tree with their ids, in the order of collect()."""
    return [[each.id, value] for each, value in result_from_tuple(result, app).collect(timeout=TIMEOUT)]


def waited(result):
    """The value, or the exception that get() raised."""
    try:
        return {"value": result_from_tuple(result, app).get(timeout=TIMEOUT)}
    except Exception as error:
        return {"error": type(error).__name__, "message": str(error)}


def saved(result):
    """Saves the group of the result."""
    return result_from_tuple(result, app).save().id


def restored(id):
    """Restores a group that was saved: its tuple, and what it joins to."""
    group_result = GroupResult.restore(id, app=app)
    return group_result and {"tuple": group_result.as_tuple(), "value": group_result.get(timeout=TIMEOUT)}


def deleted(id):
    """Deletes a group that was saved."""
    GroupResult(id, [], app=app).delete()
    return {}


def children(id):
    """What Python reads as the children of a task."""
    result = app.AsyncResult(id)
    result.get(timeout=TIMEOUT)
    return [child.as_tuple() for child in result.children or []]
