from django.http import HttpRequest, HttpResponse


def page(request: HttpRequest, number: str) -> HttpResponse:
    return HttpResponse(number)
